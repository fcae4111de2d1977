import { workflowIdOf } from '../../contracts/model/ids';
import { readyBody } from '../support/assets';
import { eventually } from '../support/eventually';
import { expectInvariants } from '../support/invariants';
import type { RunResult } from '../support/processes';
import { createItem, type Item } from '../support/story';
import { findRuns } from '../support/traces';
import { createWorld, type World } from '../support/world';

/** Other services do the work, so that a content stands where the test wants it. */
const SERVICES = {
  REELWAY_TRANSCODE_EXECUTOR: 'service',
  REELWAY_MODERATE_EXECUTOR: 'service',
  REELWAY_PACKAGE_EXECUTOR: 'service',
  REELWAY_SILENCE: 'review',
  // The schedule looks every two minutes, which a test does not have.
  REELWAY_RECONCILE_EVERY_MS: '3000',
  REELWAY_RETRYING_LONG_MS: '2000',
};
const FOUND_WITHIN_MS = 60_000;

jest.setTimeout(240_000);

let world: World;
beforeAll(async () => {
  world = await createWorld({ env: SERVICES });
  expect(await reelway('migrate')).toMatchObject({ code: 0, stdout: expect.stringContaining('schedule') as string });
  await world.spawnReelway(['up']);
  // Where Temporal has no open run at all nothing is marked: it would be the wrong one.
  const witness = await createItem(world);
  await witness.upload();
  await witness.reaches({ status: 'WAITING' });
}, 120_000);
afterAll(() => expectInvariants(world));
afterAll(async () => {
  await world.temporal.client.schedule.getHandle('reconcile').delete();
  await world.close();
});

const reelway = (...args: string[]): Promise<RunResult> => world.runReelway(args);
const because = ['--reason', 'its run is gone'];

const handle = (item: Item) => world.temporal.client.workflow.getHandle(workflowIdOf(item.id));
const terminate = (item: Item) => handle(item).terminate('by hand');
const deleteRun = (item: Item) =>
  world.temporal.connection.workflowService.deleteWorkflowExecution({
    namespace: world.config.temporal.namespace,
    workflowExecution: { workflowId: workflowIdOf(item.id) },
  });

/** Found by the schedule: nobody has asked. */
const isFound = (item: Item) => item.reaches({ attention: true, failureCode: 'RUN_MISSING' }, FOUND_WITHIN_MS);

/** To the first workflow task, as the UI offers it; the run then comes again as another one. */
const reset = async (item: Item): Promise<void> => {
  const { runId } = await handle(item).describe();
  const { events } = await handle(item).fetchHistory();
  const first = events?.find((event) => event.workflowTaskCompletedEventAttributes)?.eventId;
  const { namespace } = world.config.temporal;
  await world.temporal.connection.workflowService.resetWorkflowExecution({
    ...{ namespace, workflowExecution: { workflowId: workflowIdOf(item.id), runId } },
    ...{ reason: 'by hand', requestId: crypto.randomUUID(), workflowTaskFinishEventId: first ?? null },
  });
};

async function waiting(): Promise<Item> {
  const item = await createItem(world);
  await item.upload();
  await item.reaches({ status: 'WAITING', stage: 'transcode' });
  return item;
}

describe('a run that is terminated in the Temporal UI', () => {
  it('is found by the schedule, explain names the command, and that brings it to PUBLISHED with one milestone', async () => {
    const item = await createItem(world, { history: 'terminated' });
    await item.upload();
    await item.transcoded();
    // It comes before its stage, so the run keeps it; another one has to be given it.
    await item.packaged();
    await eventually('both are answered', async () =>
      (await item.show()).facts.every(({ outcome }) => outcome === 'applied'),
    );
    await item.reaches({ stage: 'moderate' });
    await terminate(item);
    await isFound(item);
    const { code, stdout } = await reelway('content', 'explain', item.id, '-o', 'json');
    const explained = JSON.parse(stdout) as { problem: { code: string }; commands: string[] };
    expect([code, explained.problem.code]).toEqual([1, 'RUN_MISSING']);
    const [first = ''] = explained.commands;
    expect(await reelway(...first.replace('TEXT', 'mistake').split(' ').slice(1))).toMatchObject({ code: 0 });
    await item.reaches({ generation: 2, stage: 'moderate', attention: false });
    await item.approved('APPROVED');
    const shown = await item.reaches({ status: 'PUBLISHED', visibility: 'PUBLISHED', attention: false });
    expect(shown.generation).toBe(2);
    expect(await item.told()).toEqual({ 'media.published': 1 });
  });

  it('keeps what a service made of it, which says so only once', async () => {
    const item = await createItem(world, { id: crypto.randomUUID() });
    await item.upload();
    await item.reaches({ status: 'WAITING', stage: 'transcode' });
    const ready = readyBody({ occurredAt: new Date().toISOString() });
    await world.topics.sendRaw('upload.media.processed', item.id, JSON.stringify({ episodeId: item.id, ...ready }));
    await item.reaches({ stage: 'moderate' });
    await terminate(item);
    await isFound(item);
    expect(await reelway('content', 'recover', item.id, ...because)).toMatchObject({ code: 0 });
    await item.reaches({ generation: 2, stage: 'moderate' });
    await item.approved('APPROVED');
    await item.reaches({ status: 'PUBLISHED', visibility: 'PUBLISHED' });
    expect((await item.show()).facts.filter(({ topic }) => topic === 'upload.media.processed')).toMatchObject([
      { outcome: 'applied' },
    ]);
  });

  it('while a flag is open asks the reviewer again', async () => {
    const item = await waiting();
    await item.transcoded();
    await item.flagged();
    await item.reaches({ status: 'AWAITING_REVIEW' });
    await terminate(item);
    await isFound(item);
    expect(await reelway('content', 'recover', item.id, ...because)).toMatchObject({ code: 0 });
    await item.reaches({ generation: 2, status: 'AWAITING_REVIEW' });
    await item.approved('AGE_GATED');
    await item.packaged();
    await item.reaches({ status: 'PUBLISHED', visibility: 'AGE_GATED' });
  });
});

it('what a person refused is not let through by a recovery: a person is asked', async () => {
  const item = await waiting();
  await item.transcoded();
  await item.flagged();
  await item.reaches({ status: 'AWAITING_REVIEW' });
  await item.approved('EDIT_REQUESTED');
  await item.reaches({ status: 'AWAITING_CREATOR' });
  await terminate(item);
  await isFound(item);
  expect(await reelway('content', 'recover', item.id, ...because)).toMatchObject({ code: 0 });
  await item.reaches({ generation: 2, status: 'AWAITING_REVIEW', visibility: 'HIDDEN' });
  await item.approved('APPROVED');
  await item.packaged();
  await item.reaches({ status: 'PUBLISHED' });
});

describe('a run that is deleted', () => {
  it('loses nothing of what came while it was gone', async () => {
    const item = await waiting();
    await deleteRun(item);
    await isFound(item);
    await item.transcoded();
    await item.approved('APPROVED');
    await item.packaged();
    expect(await reelway('content', 'recover', item.id, ...because)).toMatchObject({ code: 0 });
    await item.reaches({ status: 'PUBLISHED', generation: 2 });
    expect(await item.told()).toEqual({ 'media.published': 1 });
  });

  it('can be given up: the same command twice is one, and what comes later is late', async () => {
    const item = await waiting();
    await deleteRun(item);
    await isFound(item);
    const cancel = ['content', 'cancel', item.id, ...because, '--yes', '--command-id', `give-up-${item.id}`];
    const first = await reelway(...cancel);
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('CANCELLED') as string });
    expect(await reelway(...cancel)).toEqual(first);
    const late = await item.transcoded();
    await eventually('it is late', async () =>
      (await item.show()).facts.some(({ eventId, outcome }) => eventId === late && outcome === 'late'),
    );
    expect(await item.show()).toMatchObject({ status: 'CANCELLED', visibility: 'HIDDEN', attention: false });
    const again = await reelway('content', 'recover', item.id, ...because);
    expect(again).toMatchObject({ code: 5, stderr: expect.stringContaining('NOT_LOST') as string });
  });

  it('of content that was taken down leaves it REMOVED, without anybody', async () => {
    const item = await waiting();
    await deleteRun(item);
    expect(await reelway('content', 'takedown', item.id, ...because, '--yes')).toMatchObject({ code: 0 });
    await item.reaches({ status: 'REMOVED', visibility: 'REMOVED', attention: false }, FOUND_WITHIN_MS);
    expect(await reelway('content', 'restore', item.id, ...because)).toMatchObject({ code: 0 });
    await item.reaches({ generation: 2, visibility: 'HIDDEN' });
  });
});

it('a content whose run is there is not recovered', async () => {
  const item = await waiting();
  const refused = await reelway('content', 'recover', item.id, ...because);
  expect(refused).toMatchObject({ code: 5, stderr: expect.stringContaining('NOT_LOST') as string });
  expect(await item.show()).toMatchObject({ generation: 1, status: 'WAITING' });
});

describe('a reset in the Temporal UI', () => {
  it('of a waiting content goes on from its facts, and publishes once', async () => {
    const item = await waiting();
    await item.transcoded();
    await item.reaches({ stage: 'moderate' });
    await reset(item);
    await item.approved('APPROVED');
    await item.packaged();
    await item.reaches({ status: 'PUBLISHED', generation: 1 });
    expect(await item.told()).toEqual({ 'media.published': 1 });
  });

  it('of a run that was terminated by mistake takes the mark away, and others hear both', async () => {
    const item = await waiting();
    const since = (await item.show()).since;
    await terminate(item);
    const lost = await isFound(item);
    expect(Date.parse(lost.since)).toBeGreaterThan(Date.parse(since));
    await reset(item);
    await item.reaches({ status: 'WAITING', attention: false, failureCode: null }, FOUND_WITHIN_MS);
    const { code, stdout } = await reelway('content', 'explain', item.id, '-o', 'json');
    const explained = JSON.parse(stdout) as { problem: object | null; commands: string[] };
    expect([code, explained.problem]).toEqual([0, null]);
    expect(explained.commands).toContain(`reelway content hold ${item.id} --reason TEXT`);
    const { stdout: audit } = await reelway('content', 'audit', item.id, '-o', 'json');
    expect(audit).toContain('its run is open again');
    await item.transcoded();
    await item.approved('APPROVED');
    await item.packaged();
    await item.reaches({ status: 'PUBLISHED', generation: 1, attention: false, failureCode: null });
    expect(await item.told()).toEqual({ 'media.published': 1 });
    const heard = (await world.topics.read('internal.lifecycle.events'))
      .map(({ json }) => json.payload)
      .filter((payload) => payload['content_id'] === item.id);
    const at = heard.findIndex((payload) => payload['code'] === 'RUN_MISSING');
    expect(heard[at]).toMatchObject({ status: 'WAITING', attention: true });
    expect(heard[at + 1]).toMatchObject({ status: 'WAITING', attention: false, code: null });
  });

  it('of published content makes no second milestone', async () => {
    const item = await waiting();
    await item.transcoded();
    await item.approved('APPROVED');
    await item.packaged();
    await item.reaches({ status: 'PUBLISHED' });
    const before = await item.told();
    await reset(item);
    await handle(item).result();
    expect(await item.show()).toMatchObject({ status: 'PUBLISHED', visibility: 'PUBLISHED', attention: false });
    expect(await item.told()).toEqual(before);
  });
});

describe('work that fails again and again', () => {
  /** Postgres refuses one content's switch to visible until the disk is mended. */
  async function fillDisk(item: Item): Promise<() => Promise<unknown>> {
    await world.pool.query(
      `CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'the disk is full' USING ERRCODE = '53100'; END $$;
       CREATE TRIGGER disk_is_full BEFORE UPDATE ON contents FOR EACH ROW
         WHEN (NEW.content_id = '${item.id}' AND NEW.visibility = 'PUBLISHED') EXECUTE FUNCTION disk_is_full()`,
    );
    return () => world.pool.query('DROP TRIGGER disk_is_full ON contents');
  }

  it('asks for an admin while it is tried still, and no more once it succeeds', async () => {
    const item = await createItem(world, { history: 'retrying-long' });
    const mend = await fillDisk(item);
    await item.upload();
    await item.transcoded();
    await item.approved('APPROVED');
    await item.packaged();
    await item.reaches({ status: 'RUNNING', attention: true, failureCode: 'RETRYING_LONG' }, FOUND_WITHIN_MS);
    const query = `NeedsAttention = true AND FailureCode = "RETRYING_LONG"`;
    await eventually('the UI lists it', async () => (await findRuns(world, query)).includes(item.id));
    const { code, stdout } = await reelway('content', 'explain', item.id, '-o', 'json');
    const explained = JSON.parse(stdout) as { owner: string; problem: object; commands: string[] };
    expect([code, explained]).toMatchObject([
      1,
      {
        owner: 'platform',
        problem: { code: 'RETRYING_LONG', message: expect.stringContaining('the disk is full') as string },
      },
    ]);
    await mend();
    await item.reaches({ status: 'PUBLISHED', attention: false, failureCode: null });
    expect(await item.told()).toEqual({ 'media.published': 1 });
  });
});
