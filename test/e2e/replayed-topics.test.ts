import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fanOutIdOf } from '../../contracts/model/ids';
import { LIFECYCLE_TOPICS } from '../../contracts/model/topics';
import { startTemporal } from '../../local/stack';
import { connectTemporal, type Temporal } from '../../platform/temporal/client';
import { bunnyClip } from '../support/clips';
import { eventually } from '../support/eventually';
import { expectInvariants } from '../support/invariants';
import { createItem, type Item } from '../support/story';
import { createWorld, type World } from '../support/world';

jest.setTimeout(300_000);

let world: World;
let item: Item;
beforeAll(async () => {
  world = await createWorld();
  item = await createItem(world, { history: 'plain-five-copies', clip: await bunnyClip() });
});
afterAll(() => expectInvariants(world));
afterAll(() => world.close());

/** Everything that a second run, activity or milestone would change. */
async function traces(): Promise<Record<string, unknown>> {
  const rows = await world.pool.query<{ milestones: string; generations: string; outputs: string; audit: string }>(
    `SELECT (SELECT count(*) FROM milestones) AS milestones, (SELECT count(*) FROM generations) AS generations,
            (SELECT count(*) FROM outputs) AS outputs, (SELECT count(*) FROM audit) AS audit`,
  );
  return { ...rows.rows[0], told: await item.told(), runs: await runsIn(world.temporal) };
}

/** Workflow id and history length of every run the server knows. */
async function runsIn(temporal: Temporal): Promise<string[]> {
  const runs: string[] = [];
  for await (const run of temporal.client.workflow.list()) {
    runs.push(`${run.workflowId} ${run.status.name} ${String(run.historyLength)}`);
  }
  return runs.sort();
}

/** A bridge with a group of its own reads everything from offset 0, until nothing is left to read or to dispatch. */
async function readAllAgain(env: Record<string, string> = {}): Promise<void> {
  const group = `again-${randomUUID()}`;
  const bridge = await world.spawnReelway(['bridge'], { ...env, REELWAY_KAFKA_GROUP: group });
  for (const topic of LIFECYCLE_TOPICS) {
    await eventually(`${topic} is read again`, async () => {
      const lag = await world.kafka.lag(group, topic);
      return lag.every(({ high, committed }) => Number(high) === 0 || Number(committed ?? 0) >= Number(high));
    });
  }
  await eventually('nothing is open in the inbox', async () => {
    const open = await world.pool.query(`SELECT 1 FROM inbox WHERE status = 'open' LIMIT 1`);
    return open.rowCount === 0;
  });
  bridge.kill('SIGTERM');
  expect(await bridge.waitForExit()).toMatchObject({ code: 0 });
}

describe('the same upload event, five times at once', () => {
  it('makes one run, which tells each milestone once', async () => {
    const up = await world.spawnReelway(['up']);
    const eventId = randomUUID();
    const timestamp = new Date().toISOString();
    await Promise.all(Array.from({ length: 5 }, () => item.upload({ eventId, timestamp })));
    await item.reaches({ status: 'PUBLISHED' }, 180_000);
    await eventually('its subscribers are told', async () =>
      (await runsIn(world.temporal)).some((run) => run.startsWith(`${fanOutIdOf(item.id)} COMPLETED`)),
    );
    expect(await runsIn(world.temporal)).toHaveLength(2);
    expect(await item.told()).toEqual({ 'media.transcoded': 1, 'media.drm.packaged': 1, 'media.published': 1 });
    up.kill('SIGTERM');
    expect(await up.waitForExit()).toMatchObject({ code: 0 });
  });
});

describe('every topic read again from offset 0 after the end', () => {
  it('makes no new run, activity or milestone', async () => {
    const before = await traces();
    await readAllAgain();
    expect(await traces()).toEqual(before);
  });

  it('nor does it with inbox and event_ids emptied', async () => {
    const before = await traces();
    await world.pool.query('TRUNCATE inbox, inbox_keys, event_ids');
    await readAllAgain();
    expect(await traces()).toEqual(before);
    const fact = (await item.show()).facts.find(({ topic }) => topic === 'media.upload.initiated');
    expect(fact).toMatchObject({ outcome: 'late', code: 'CONTENT_FINISHED' });
  });

  it('nor does it when Temporal has forgotten everything as well', async () => {
    const before = await traces();
    const dir = mkdtempSync(join(tmpdir(), 'reelway-empty-temporal-'));
    const empty = await startTemporal({ dir });
    const temporal = await connectTemporal({
      ...world.config.temporal,
      address: empty.temporal.address,
      namespace: 'default',
    });
    try {
      await world.pool.query('TRUNCATE inbox, inbox_keys, event_ids');
      await readAllAgain({ REELWAY_TEMPORAL_ADDRESS: empty.temporal.address, REELWAY_TEMPORAL_NAMESPACE: 'default' });
      expect(await runsIn(temporal)).toEqual([]);
      expect(await traces()).toEqual(before);
    } finally {
      await temporal.close();
      await empty.stop();
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
