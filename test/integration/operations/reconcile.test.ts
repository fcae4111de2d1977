import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { workflowIdOf } from '../../../contracts/model/ids';
import { LIFECYCLE_QUEUE } from '../../../contracts/model/work';
import { reconcile, type Reconciled } from '../../../operations/reconcile';
import { openContents } from '../../../platform/postgres/open-contents';
import { LIFECYCLE_WORKFLOW } from '../../../workflows/messages';
import { eventually } from '../../support/eventually';
import { explaining } from '../../support/plans';
import { createWorld, type World } from '../../support/world';

jest.setTimeout(60_000);

let world: World;
beforeAll(async () => {
  world = await createWorld({ uses: ['postgres', 'temporal'] });
}, 60_000);
afterAll(() => world.close());

/** No worker is there, so a run stays as it was begun. */
const begin = (contentId: string) =>
  world.temporal.client.workflow.start(LIFECYCLE_WORKFLOW, {
    workflowId: workflowIdOf(contentId),
    taskQueue: LIFECYCLE_QUEUE,
    args: [],
  });

const row = (contentId: string, phase: string, status: string) =>
  world.pool.query('INSERT INTO contents (content_id, phase, status, generation) VALUES ($1, $2, $3, 1)', [
    ...[contentId, phase, status],
  ]);

const place = () => ({ pool: world.pool, config: { ...world.config, gcGraceMs: 60_000 } });
const look = (fix = false, objects = false): Promise<Reconciled> =>
  reconcile({ ...place(), temporal: () => Promise.resolve(world.temporal) }, { actor: 'local:test', fix, objects });

const attention = async () =>
  (
    await world.pool.query<{ id: string; code: string }>(
      'SELECT content_id AS id, failure_code AS code FROM contents WHERE attention ORDER BY 1',
    )
  ).rows;

test('what Postgres and Temporal agree on is no difference, a start under way neither', async () => {
  await row('whole', 'open', 'RUNNING');
  await row('starting', 'starting', 'STARTING');
  await row('ended', 'terminal', 'PUBLISHED');
  await row('draft', 'draft', 'DRAFT');
  await begin('whole');
  await eventually('the run is listed', async () => (await look()).runs === 1);
  expect(await look()).toEqual({ contents: 1, runs: 1, differences: [] });
});

test('a run that was ended behind our back is found, and with fix it says that it needs attention', async () => {
  for (const id of ['killed', 'deleted', 'untouched']) {
    await row(id, 'open', 'RUNNING');
    await begin(id);
  }
  const handle = (id: string) => world.temporal.client.workflow.getHandle(workflowIdOf(id));
  await handle('killed').terminate('by hand');
  await world.temporal.connection.workflowService.deleteWorkflowExecution({
    namespace: world.config.temporal.namespace,
    workflowExecution: { workflowId: workflowIdOf('deleted') },
  });
  const lost = [
    { contentId: 'deleted', kind: 'run-missing', status: 'RUNNING', run: null, marked: false },
    { contentId: 'killed', kind: 'run-missing', status: 'RUNNING', run: 'TERMINATED', marked: false },
  ];
  await eventually('both are found', async () => {
    expect((await look()).differences).toEqual(lost);
    return true;
  });
  expect(await attention()).toEqual([]);

  expect((await look(true)).differences).toEqual(lost.map((one) => ({ ...one, marked: true })));
  expect(await attention()).toEqual([
    { id: 'deleted', code: 'RUN_MISSING' },
    { id: 'killed', code: 'RUN_MISSING' },
  ]);
  // Told again, marked once.
  expect((await look(true)).differences).toEqual(lost);
  const { rows } = await world.pool.query(`SELECT actor, content_id FROM audit WHERE verb = 'reconcile' ORDER BY 2`);
  expect(rows).toEqual([
    { actor: 'local:test', content_id: 'deleted' },
    { actor: 'local:test', content_id: 'killed' },
  ]);
});

test('with fix, a Temporal that knows no run at all is taken for the wrong one, and nothing is marked', async () => {
  const other = await createWorld({ uses: ['temporal'] });
  const wrong = reconcile(
    { ...place(), temporal: () => Promise.resolve(other.temporal) },
    { actor: 'local:test', fix: true },
  ).finally(() => other.close());
  await expect(wrong).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  expect(await attention()).toHaveLength(2);
});

test('runs without a row, and runs of what has ended, are told and left alone', async () => {
  await row('over', 'terminal', 'CANCELLED');
  await begin('over');
  await begin('nameless');
  const strays = async () => (await look()).differences.filter(({ kind }) => kind !== 'run-missing');
  await eventually('both are found', async () => {
    expect(await strays()).toEqual(
      expect.arrayContaining([
        { contentId: 'over', kind: 'run-after-end', status: 'CANCELLED', run: 'RUNNING', marked: false },
        { contentId: 'nameless', kind: 'run-unknown', status: null, run: 'RUNNING', marked: false },
      ]),
    );
    return true;
  });
  expect(await strays()).toHaveLength(2);
});

describe('the object store', () => {
  const store = (key: string): void => {
    const path = join(world.dirs.objects, key);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'bytes');
  };
  const finished = async (id: string, sinceMs: number, keys: string[]): Promise<void> => {
    await world.pool.query(
      `INSERT INTO contents (content_id, phase, status, generation, residency, since)
       VALUES ($1, 'terminal', 'PUBLISHED', 1, 'GLOBAL', now() - $2 * interval '1 ms')`,
      [id, sinceMs],
    );
    await world.pool.query(
      `INSERT INTO outputs (content_id, generation, revision, stage, variant, input_hash, keys, sha256, bytes, attempt, meta)
       VALUES ($1, 1, 1, 'transcode', '360p', 'h', $2, 'x', 5, 1, '{}')`,
      [id, keys],
    );
  };
  const found = async (fix = false) =>
    (await look(fix, true)).differences.filter(({ kind }) => kind.startsWith('object-'));

  test('is compared with the records of what has been finished for a while; with fix, what no record names is removed', async () => {
    const [kept, gone] = ['GLOBAL/whole-1/g1/r1/transcode/360p.mp4', 'GLOBAL/whole-1/g1/r1/transcode/720p.mp4'];
    const orphan = 'GLOBAL/whole-1/g1/r1/transcode/480p/a1-killed/480p.mp4';
    await finished('whole-1', 3_600_000, [kept, gone]);
    await finished('fresh', 1_000, []);
    for (const key of [
      kept,
      orphan,
      'GLOBAL/fresh/g1/r1/transcode/480p.mp4',
      'raw/whole-1/s/clip.mp4',
      'GLOBAL/whole-1/camera.mp4',
    ])
      store(key);
    const differences = [
      { contentId: 'whole-1', kind: 'object-missing', status: 'PUBLISHED', run: null, marked: false, keys: [gone] },
      { contentId: 'whole-1', kind: 'object-orphaned', status: 'PUBLISHED', run: null, marked: false, keys: [orphan] },
    ];
    expect(await found()).toEqual(differences);
    expect(await found(true)).toEqual([differences[0], { ...differences[1], marked: true }]);
    expect(await found()).toEqual([differences[0]]);
    expect(existsSync(join(world.dirs.objects, kept))).toBe(true);
    // A raw object may lie below the prefix of its content.
    expect(existsSync(join(world.dirs.objects, 'GLOBAL/whole-1/camera.mp4'))).toBe(true);
    expect(existsSync(join(world.dirs.objects, 'GLOBAL/fresh/g1/r1/transcode/480p.mp4'))).toBe(true);
    const { rows } = await world.pool.query(`SELECT args FROM audit WHERE content_id = 'whole-1'`);
    expect(rows).toEqual([{ args: { objects: 1 } }]);
  });

  test('that has nothing of what is recorded is taken for the wrong one', async () => {
    const config = { ...place().config, objects: { root: join(world.dirs.root, 'elsewhere') } };
    const asked = reconcile(
      { pool: world.pool, config, temporal: () => Promise.resolve(world.temporal) },
      { actor: 'local:test', fix: true, objects: true },
    );
    await expect(asked).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

test('a hundred thousand ended contents cost nothing: only open ones are read, by their index', async () => {
  await world.pool.query(
    `INSERT INTO contents (content_id, phase, status) SELECT 'old-' || n, 'terminal', 'PUBLISHED' FROM generate_series(1, 100000) n`,
  );
  await world.pool.query('ANALYZE contents');
  const plans: string[] = [];
  await openContents(explaining(world.pool, plans), { after: '', limit: 1_000 });
  expect(plans).toEqual([expect.stringMatching(/Index.*contents_open/)]);
});
