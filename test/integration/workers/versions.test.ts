import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker, type WorkflowBundle } from '@temporalio/worker';
import type { Fact } from '../../../contracts/model/facts';
import { workflowIdOf } from '../../../contracts/model/ids';
import { DEFAULT_POLICY, type Policy } from '../../../contracts/model/policy';
import { CATALOG_QUEUE, LIFECYCLE_QUEUE, mediaQueueOf, WORKER_DEPLOYMENT } from '../../../contracts/model/work';
import { deployment, promote, ramp, rollBack } from '../../../operations/deployments';
import { factsSignal, LIFECYCLE_WORKFLOW, retryUpdate, stateQuery } from '../../../workflows/messages';
import { buildIdOf } from '../../../workers/versioning';
import { eventually } from '../../support/eventually';
import { decidedFact, packagedFact, transcodedFact, uploadFact } from '../../support/facts';
import { fakeActivities } from '../../support/fake-activities';
import { quietRuntime } from '../../support/quiet-runtime';
import { createWorld, type World } from '../../support/world';

jest.setTimeout(180_000);

/** Which contents fail in the activity of the stage they are named after, until somebody mends them. */
const broken = new Set(['at-upload', 'at-publish']);
const failing = (id: string, stage: string, code: string): void => {
  if (broken.has(id) && id.startsWith(`at-${stage}`)) throw ApplicationFailure.nonRetryable('not yet', code);
};

type Workflows = 'first' | 'second' | 'careless';
const SOURCES: Record<Workflows, string> = {
  first: require.resolve('../../../workflows/index'),
  second: require.resolve('./second-version/index'),
  careless: require.resolve('../../replay/extra-activity/index'),
};
const bundles = {} as Record<Workflows, WorkflowBundle>;
const builds = {} as Record<Workflows, string>;

let world: World;
let connection: NativeConnection;
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  quietRuntime();
  world = await createWorld({ uses: ['postgres', 'temporal'] });
  connection = await NativeConnection.connect({ address: world.config.temporal.address });
  for (const name of Object.keys(SOURCES) as Workflows[]) {
    bundles[name] = await bundleWorkflowCode({
      workflowsPath: SOURCES[name],
      logger: new DefaultLogger('ERROR'),
    });
    builds[name] = buildIdOf(bundles[name]);
  }
  await startActivities();
}, 120_000);
afterAll(async () => {
  await Promise.all(stops.map((stop) => stop()));
  await connection.close();
  await world.close();
});

function run(worker: Worker): void {
  const ended = worker.run();
  stops.push(async () => {
    worker.shutdown();
    await ended;
  });
}

const place = () => ({ connection, namespace: world.config.temporal.namespace });

async function startActivities(): Promise<void> {
  const plain = fakeActivities({}).activities;
  const { activities } = fakeActivities({
    verifyUpload: async (input) => {
      failing(input.place.contentId, 'upload', 'RAW_OBJECT_MISSING');
      return plain.verifyUpload(input);
    },
    publishContent: async (input) => {
      failing(input.place.contentId, 'publish', 'METADATA_MISSING');
      return plain.publishContent(input);
    },
  });
  for (const taskQueue of [CATALOG_QUEUE, mediaQueueOf('GLOBAL')]) {
    run(await Worker.create({ ...place(), taskQueue, activities }));
  }
}

async function startBuild(name: Workflows): Promise<void> {
  run(
    await Worker.create({
      ...place(),
      taskQueue: LIFECYCLE_QUEUE,
      workflowBundle: bundles[name],
      workerDeploymentOptions: {
        version: { deploymentName: WORKER_DEPLOYMENT, buildId: builds[name] },
        useWorkerVersioning: true,
        defaultVersioningBehavior: 'AUTO_UPGRADE',
      },
    }),
  );
  await eventually(`${name} is known`, async () => statusOf(name).then((status) => status !== undefined));
}

const deps = () => ({ pool: world.pool, temporal: () => Promise.resolve(world.temporal) });
const because = { actor: 'local:test', reason: 'a test' };

/** The server takes seconds to answer where ten workers keep two cores busy; what it says is read once. */
async function statusOf(name: Workflows) {
  const { versions } = await eventually('the server answers', () => deployment(deps()));
  return versions.find(({ buildId, workers }) => buildId === builds[name] && workers > 0)?.status;
}

const SERVICES: Policy['executors'] = { transcode: 'service', moderate: 'service', package: 'service' };

/** A content at each stage, what it waits with, and what brings it on. */
const CONTENTS: {
  id: string;
  executors?: Policy['executors'];
  facts?: Fact[];
  status: string;
  then: 'retry' | Fact[];
}[] = [
  { id: 'at-upload', status: 'PARKED', then: 'retry' },
  {
    ...{ id: 'at-transcode', executors: { ...DEFAULT_POLICY.executors, transcode: 'service' }, status: 'WAITING' },
    then: [transcodedFact()],
  },
  {
    ...{ id: 'at-moderate', executors: SERVICES, facts: [transcodedFact()], status: 'WAITING' },
    then: [decidedFact('APPROVED', 4_000), packagedFact()],
  },
  {
    ...{ id: 'at-package', executors: { ...DEFAULT_POLICY.executors, package: 'service' }, status: 'WAITING' },
    then: [packagedFact()],
  },
  { id: 'at-publish', status: 'PARKED', then: 'retry' },
];

const handle = (id: string) => world.temporal.client.workflow.getHandle(workflowIdOf(id));

async function begin(id: string, executors = DEFAULT_POLICY.executors, facts: Fact[] = []): Promise<void> {
  await world.temporal.client.workflow.signalWithStart(LIFECYCLE_WORKFLOW, {
    workflowId: workflowIdOf(id),
    taskQueue: LIFECYCLE_QUEUE,
    args: [{ contentId: id, generation: 1, policy: { ...DEFAULT_POLICY, executors } }],
    signal: factsSignal.name,
    signalArgs: [[uploadFact(), ...facts]],
  });
}

/** Events of a content's run by their kind, and the build that completed its last workflow task. */
async function historyOf(id: string) {
  const { events } = await handle(id).fetchHistory();
  const all = events ?? [];
  const completed = all.flatMap(({ workflowTaskCompletedEventAttributes: done }) => (done ? [done] : []));
  return {
    failedTasks: all.filter((event) => event.workflowTaskFailedEventAttributes).length,
    build: completed.at(-1)?.deploymentVersion?.buildId,
  };
}

/** A fact that is known already changes nothing; it brings the run to whichever build has it now. */
async function nudgeAll(ids: string[]): Promise<void> {
  for (const id of ids) await handle(id).signal(factsSignal, [uploadFact()]);
}

const ids = CONTENTS.map(({ id }) => id);
const allOn = (name: Workflows): Promise<true> =>
  eventually(`every run is on ${name}`, async () => {
    await nudgeAll(ids);
    expect(new Set(await Promise.all(ids.map(async (id) => (await historyOf(id)).build)))).toEqual(
      new Set([builds[name]]),
    );
    return true as const;
  });

test('a build is named by its code: another code, another name, the same code, the same name', async () => {
  const again = await bundleWorkflowCode({
    workflowsPath: SOURCES.first,
    logger: new DefaultLogger('ERROR'),
  });
  expect(buildIdOf(again)).toBe(builds.first);
  expect(new Set(Object.values(builds)).size).toBe(3);
});

test('a build that nobody runs is not made current, an unknown one neither', async () => {
  await expect(promote(deps(), { ...because, buildId: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(rollBack(deps(), because)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('runs that wait at every stage go forward to a second build and back, and then to their end', async () => {
  await startBuild('first');
  expect(await statusOf('first')).toBe('inactive');
  await promote(deps(), { ...because, buildId: builds.first });
  for (const { id, executors, facts } of CONTENTS) await begin(id, executors, facts);
  for (const { id, status } of CONTENTS) {
    await eventually(`${id} is ${status}`, async () => {
      const view = await handle(id).query(stateQuery);
      expect([view.status, `at-${view.stage}`]).toEqual([status, id]);
      return true;
    });
  }

  await startBuild('second');
  await ramp(deps(), { ...because, buildId: builds.second, percent: 50 });
  expect(await statusOf('second')).toBe('ramping');
  await rollBack(deps(), because);
  expect([await statusOf('first'), await statusOf('second')]).toEqual([
    'current',
    expect.not.stringMatching('ramping'),
  ]);
  await ramp(deps(), { ...because, buildId: builds.second, percent: 50 });
  await promote(deps(), { ...because, buildId: builds.second });
  await allOn('second');
  await begin('begun-on-second');
  await eventually(
    'a new run ends there',
    async () => (await handle('begun-on-second').describe()).status.name === 'COMPLETED',
  );

  await rollBack(deps(), because);
  expect(await statusOf('first')).toBe('current');
  await allOn('first');

  broken.clear();
  for (const { id, then } of CONTENTS) {
    if (then !== 'retry') await handle(id).signal(factsSignal, then);
    else {
      const command = { commandId: randomUUID(), actor: 'local:test', reason: 'mended' };
      await handle(id).executeUpdate(retryUpdate, { args: [command] });
    }
  }
  for (const id of ids) expect(await handle(id).result()).toMatchObject({ status: 'PUBLISHED' });
  for (const id of [...ids, 'begun-on-second']) expect([id, (await historyOf(id)).failedTasks]).toEqual([id, 0]);
  const { rows } = await world.pool.query<{ verb: string }>(`SELECT verb FROM audit ORDER BY audit_id`);
  expect(rows.map(({ verb }) => verb)).toEqual(
    ['promote', 'ramp', 'rollback', 'ramp', 'promote', 'rollback'].map((step) => `deploy-${step}`),
  );
});

test('a careless build holds its runs where they are, and going back lets them go on', async () => {
  broken.add('at-upload-2');
  await begin('at-upload-2');
  await eventually('it is parked', async () => (await handle('at-upload-2').query(stateQuery)).status === 'PARKED');
  await startBuild('careless');
  await promote(deps(), { ...because, buildId: builds.careless });
  await eventually('its task fails', async () => {
    await handle('at-upload-2').signal(factsSignal, [uploadFact()]);
    return (await historyOf('at-upload-2')).failedTasks > 0;
  });
  await rollBack(deps(), because);
  broken.clear();
  const command = { commandId: randomUUID(), actor: 'local:test', reason: 'mended' };
  await handle('at-upload-2').executeUpdate(retryUpdate, { args: [command] });
  expect(await handle('at-upload-2').result()).toMatchObject({ status: 'PUBLISHED' });
});

test('a worker process registers its own build, and the command line makes it current', async () => {
  await world.spawnReelway(['worker', '--queues', 'lifecycle'], {
    REELWAY_WORKER_VERSIONING: 'on',
    REELWAY_BUILD_ID: 'v7',
  });
  const status = async () =>
    JSON.parse((await world.runReelway(['deploy', 'status', '-o', 'json'])).stdout) as Awaited<
      ReturnType<typeof deployment>
    >;
  const row = await eventually('it is known', async () =>
    (await status()).versions.find(({ buildId, workers }) => buildId === 'v7' && workers === 1),
  );
  expect(row).toMatchObject({ status: 'inactive', percent: null, lastUsedAt: null });
  const promoted = await world.runReelway(['deploy', 'promote', 'v7', '--reason', 'tried out']);
  expect(promoted).toMatchObject({ code: 0, stdout: expect.stringMatching(/^v7 +current/m) as unknown });
  const unasked = await world.runReelway(['deploy', 'rollback', '--reason', 'nobody is asked']);
  expect(unasked).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') as unknown });
  expect((await status()).current).toBe('v7');
  const unknown = await world.runReelway(['deploy', 'ramp', 'v8', '--percent', '5', '--reason', 'a typo']);
  expect(unknown).toMatchObject({ code: 4, stderr: expect.stringContaining('deploy status') as unknown });
});
