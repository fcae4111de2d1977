import { bunnyClip } from '../support/clips';
import { eventually } from '../support/eventually';
import { expectInvariants } from '../support/invariants';
import { createItem, type Item } from '../support/story';
import { findRuns, pathsBelow } from '../support/traces';
import { createWorld, type World } from '../support/world';

jest.setTimeout(300_000);

let world: World;
beforeAll(async () => {
  world = await createWorld({
    env: {
      REELWAY_MODERATE_EXECUTOR: 'service',
      REELWAY_SILENCE: 'review',
      // What cannot be undone is not tried for long.
      REELWAY_TRANSCODE_ATTEMPTS: '1',
      REELWAY_PACKAGE_ATTEMPTS: '1',
    },
  });
  await world.spawnReelway(['up']);
}, 120_000);
afterAll(() => expectInvariants(world));
afterAll(() => world.close());

/** Postgres refuses to write down that outputs of the content are gone, until the disk is mended. */
async function fillDisk(item: Item): Promise<() => Promise<unknown>> {
  await world.pool.query(
    `CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'the disk is full' USING ERRCODE = '53100'; END $$;
     CREATE TRIGGER disk_is_full BEFORE UPDATE ON outputs FOR EACH ROW
       WHEN (NEW.content_id = '${item.id}' AND NEW.removed_at IS NOT NULL) EXECUTE FUNCTION disk_is_full()`,
  );
  return () => world.pool.query('DROP TRIGGER disk_is_full ON outputs');
}

/** What explain says, and how it exits. */
async function explained(item: Item): Promise<{ code: number | null; problem: object; commands: string[] }> {
  const { code, stdout } = await world.runReelway(['content', 'explain', item.id, '-o', 'json']);
  return { ...(JSON.parse(stdout) as { problem: object; commands: string[] }), code };
}

const leftOf = async (item: Item): Promise<{ objects: string[]; outputs: number }> => {
  const { rows } = await world.pool.query('SELECT 1 FROM outputs WHERE content_id = $1 AND removed_at IS NULL', [
    item.id,
  ]);
  const objects = pathsBelow(world.dirs.objects).filter((key) => key.startsWith(`GLOBAL/${item.id}/`));
  return { objects, outputs: rows.length };
};

it('a cancel that cannot undo what was made calls an admin, whose retry undoes the rest once the cause is gone', async () => {
  const item = await createItem(world, { clip: await bunnyClip(), title: null });
  await item.upload();
  await item.approved('APPROVED');
  await item.reaches({ stage: 'publish', failureCode: 'METADATA_MISSING' }, 120_000);
  const mend = await fillDisk(item);
  const cancelled = await world.runReelway(['content', 'cancel', item.id, '--reason', 'by mistake', '--yes']);
  expect(cancelled).toMatchObject({ code: 0 });

  await item.reaches({ status: 'PARKED', attention: true, failureCode: 'COMPENSATION_FAILED' }, 120_000);
  const filter = 'ExecutionStatus = "Running" AND NeedsAttention = true AND FailureCode = "COMPENSATION_FAILED"';
  await eventually('the UI lists it', async () => (await findRuns(world, filter)).includes(item.id));
  const { code, problem, commands } = await explained(item);
  expect([code, problem]).toMatchObject([1, { code: 'COMPENSATION_FAILED' }]);
  expect((await leftOf(item)).outputs).toBeGreaterThan(0);
  const [retry = ''] = commands;
  expect(retry).toContain(`reelway content retry ${item.id}`);

  await mend();
  const retried = await world.runReelway(retry.replace('TEXT', 'mended').split(' ').slice(1));
  expect(retried).toMatchObject({ code: 0, stderr: '' });
  await item.reaches({ status: 'CANCELLED', visibility: 'HIDDEN', attention: false }, 120_000);
  expect(await leftOf(item)).toEqual({ objects: [], outputs: 0 });
  expect((await item.told())['media.published']).toBeUndefined();
  const { stdout } = await world.runReelway(['content', 'audit', item.id, '-o', 'json']);
  expect(JSON.parse(stdout)).toMatchObject([
    { verb: 'cancel', outcome: 'done' },
    { verb: 'retry', outcome: 'done' },
  ]);
});
