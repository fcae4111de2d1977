import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBridge, type Bridge } from '../../bridge/inbound/bridge';
import { createOutbound } from '../../bridge/outbound/outbound';
import type { Outbound } from '../../contracts/model/ports';
import { BRIDGE_TOPICS } from '../../contracts/model/topics';
import { startTemporal, type Stack } from '../../local/stack';
import { bridgeStatus, resumeBridge } from '../../operations/bridge';
import { connectTemporal, type Temporal } from '../../platform/temporal/client';
import { ensureSearchAttributes } from '../../platform/temporal/search-attributes';
import { snapshot } from '../integration/bridge/events';
import { eventually } from '../support/eventually';
import type { ReelwayProcess } from '../support/processes';
import { createWorld, type World } from '../support/world';
import { sized } from './chaos';
import { BY_SERVICES, events, produceAll, registerAll, sessionOf } from './service-events';

const CONTENTS = sized({ full: 2_000, short: 200 });
/** Of them, finished by their runs. */
const BY_RUNS = sized({ full: 200, short: 30 });
/** The upload of each, and what three services told of those that were finished by their runs. */
const EVENTS = CONTENTS + 3 * BY_RUNS;
const MADE_WITHIN_MS = 300_000;
const READ_WITHIN_MS = 120_000;
/** So that no replay of this size trips the guard. */
const UNGUARDED_PER_MINUTE = 1_000_000;

let world: World;
let empty: Stack;
let temporal: Temporal;
let dir: string;
let bridge: Bridge | null = null;

/**
 * Finished by their runs: events in Kafka, a bridge and a worker of their own processes, real announcements and
 * publications; only the stages are a service's, so nothing is encoded. The others are begun by the bridge, and their
 * end is announced by the outbound port with the snapshot that a run would give it: many more in the same time.
 */
beforeAll(async () => {
  world = await createWorld({ env: BY_SERVICES });
  const ids = Array.from({ length: CONTENTS }, (_, index) => `again-${String(index)}`);
  await finishByRuns(ids.slice(0, BY_RUNS));
  await finishByAnnouncements(ids.slice(BY_RUNS));

  dir = mkdtempSync(join(tmpdir(), 'reelway-empty-temporal-'));
  empty = await startTemporal({ dir });
  temporal = await connectTemporal({
    ...world.config.temporal,
    address: empty.temporal.address,
    namespace: empty.temporal.namespace,
  });
  await ensureSearchAttributes(temporal.connection, empty.temporal.namespace);
});
afterEach(() => bridge?.stop());
afterAll(async () => {
  await temporal.close();
  await empty.stop();
  rmSync(dir, { recursive: true, force: true });
  await world.close();
});

async function finishByRuns(ids: string[]): Promise<void> {
  await registerAll(world, ids);
  await produceAll(world, [
    ...ids.map((id) => events.transcoded(id, 2)),
    ...ids.map((id) => events.decided(id, 3, 'APPROVED')),
    ...ids.map((id) => events.packaged(id, 4)),
    ...ids.map((id) => events.upload(id, 1)),
  ]);
  const processes = [await world.spawnReelway(['worker']), await world.spawnReelway(['bridge'])];
  await eventually('all are published and told', async () => (await published()) === ids.length, MADE_WITHIN_MS);
  await end(processes);
}

async function finishByAnnouncements(ids: string[]): Promise<void> {
  await produceAll(
    world,
    ids.map((id) => events.upload(id, 1)),
  );
  const starter = await world.spawnReelway(['bridge']);
  const begun = `SELECT 1 FROM contents WHERE phase = 'open'`;
  await eventually(
    'all are begun',
    async () => (await world.pool.query(begun)).rowCount === ids.length,
    MADE_WITHIN_MS,
  );
  await end([starter]);
  const producer = await world.kafka.producer();
  const outbound = createOutbound({ pool: world.pool, producer, log: world.log });
  for (let from = 0; from < ids.length; from += 10) {
    await Promise.all(ids.slice(from, from + 10).map((id) => announceEnd(outbound, id)));
  }
  await producer.close();
  expect(await published()).toBe(CONTENTS);
}

async function announceEnd(outbound: Outbound, contentId: string): Promise<void> {
  const over = {
    uploadSessionId: sessionOf(contentId),
    status: 'PUBLISHED',
    stage: 'publish',
    stateVersion: 9,
  } as const;
  const payload = {
    content_id: contentId,
    creator_id: 'creator-1',
    title: 'A walk in the park',
    content_type: 'VIDEO',
    categories: [],
    residency: 'GLOBAL',
  };
  const milestone = { topic: 'media.published', milestone: 'published', ordinal: 1, at: Date.now(), payload } as const;
  const told = { milestones: [milestone], notices: [], outcomes: [], closing: true };
  await outbound.announce({ snapshot: snapshot(contentId, over), ...told });
}

async function end(processes: ReelwayProcess[]): Promise<void> {
  for (const process of processes) process.kill('SIGTERM');
  for (const process of processes) await process.waitForExit();
}

async function published(): Promise<number> {
  const { rows } = await world.pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM contents WHERE phase = 'terminal' AND status = 'PUBLISHED'
     AND NOT EXISTS (SELECT 1 FROM milestones m WHERE m.content_id = contents.content_id AND m.sent_at IS NULL)`,
  );
  return rows[0]?.count ?? 0;
}

/** Every byte of what a start, a fact or a milestone would change. */
async function memory(): Promise<Record<string, string>> {
  const tables = ['contents', 'generations', 'milestones', 'uploads', 'flags', 'decisions', 'audit'];
  const hashed = tables.map(async (table) => {
    const { rows } = await world.pool.query<{ hash: string }>(
      `SELECT count(*) || ' ' || md5(coalesce(string_agg(md5(t::text), '' ORDER BY t::text), '')) AS hash FROM ${table} t`,
    );
    return [table, rows[0]?.hash ?? ''] as const;
  });
  return Object.fromEntries(await Promise.all(hashed));
}

/** What the server was asked to begin or to signal since it started, by its own count, which it shows seconds later. */
async function asked(): Promise<Record<string, number>> {
  const metrics = await (await fetch(empty.metrics['temporal'] ?? '')).text();
  const counted: Record<string, number> = {};
  for (const [, operation = '', count] of metrics.matchAll(
    /^service_requests\{namespace="default",operation="(\w*(?:Start|Signal)\w*)",service_name="frontend"\} (\d+)$/gm,
  )) {
    if (count !== '0') counted[operation] = Number(count);
  }
  return counted;
}

/** History length of every run the server knows. */
async function runs(): Promise<number[]> {
  const lengths: number[] = [];
  for await (const run of temporal.client.workflow.list()) lengths.push(run.historyLength);
  return lengths;
}

const deps = () => ({ pool: world.pool, config: world.config, kafka: () => world.kafka });

/** A bridge of a new group, before the empty server and with nothing remembered of any event, reads all there is. */
async function readAgain(groupId: string, guardPerMinute: number): Promise<number> {
  await world.pool.query('TRUNCATE inbox, inbox_keys, event_ids');
  const { config, pool, kafka, log } = world;
  const began = performance.now();
  bridge = await startBridge({
    config: {
      ...config,
      kafka: { ...config.kafka, groupId },
      bridge: { ...config.bridge, startGuardPerMinute: guardPerMinute },
    },
    ...{ pool, kafka, log, temporal: temporal.client },
  });
  for (const topic of BRIDGE_TOPICS) {
    await eventually(
      `${topic} is read again`,
      async () => {
        const lag = await kafka.lag(groupId, topic);
        return lag.every(({ high, committed }) => Number(committed ?? 0) >= Number(high));
      },
      READ_WITHIN_MS,
    );
  }
  await eventually('all of it is late', async () => (await late()) === EVENTS, READ_WITHIN_MS);
  return (performance.now() - began) / 1_000;
}

async function late(): Promise<number> {
  const { rows } = await world.pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM event_ids WHERE outcome = 'late' AND code = 'CONTENT_FINISHED'`,
  );
  return rows[0]?.count ?? 0;
}

const open = async (): Promise<number> =>
  (await world.pool.query(`SELECT 1 FROM inbox WHERE status <> 'done'`)).rowCount ?? 0;

it('of finished contents, with the guard out of the way: 0 starts, 0 signals, 0 milestones', async () => {
  const before = await memory();
  const seconds = await readAgain('again-unguarded', UNGUARDED_PER_MINUTE);
  const { paused } = await bridgeStatus(deps());
  process.stderr.write(
    `read again: ${String(EVENTS)} events of ${String(CONTENTS)} finished contents in ${seconds.toFixed(1)} s; ` +
      `runs ${String((await runs()).length)}, asked of Temporal ${JSON.stringify(await asked())}\n`,
  );
  expect(paused).toEqual([]);
  expect(await runs()).toEqual([]);
  expect(await asked()).toEqual({});
  expect(await memory()).toEqual(before);
  expect(await open()).toBe(0);
});

it('as the bridge is set by default: nothing either, and new content waits until a person has looked', async () => {
  const before = await memory();
  await readAgain('again-guarded', world.config.bridge.startGuardPerMinute);
  expect((await bridgeStatus(deps())).paused).toMatchObject([{ scope: 'starts', code: 'STARTS_PAUSED' }]);
  expect(await runs()).toEqual([]);
  expect(await asked()).toEqual({});
  expect(await memory()).toEqual(before);

  const id = 'really-new';
  await produceAll(world, [events.upload(id, 5)]);
  await eventually('it waits', async () => {
    const waits = `SELECT 1 FROM inbox_keys WHERE ordering_key = $1 AND last_code = 'STARTS_PAUSED'`;
    return (await world.pool.query(waits, [id])).rowCount === 1;
  });
  expect(await runs()).toEqual([]);
  await resumeBridge(deps(), { scope: 'starts', actor: 'local:test', reason: 'looked at it' });
  await eventually('it is begun', async () => (await runs()).length === 1);
  // Its own is the only call of both tests: what counts calls does see one.
  await eventually('a call is counted', async () => Object.keys(await asked()).length > 0);
  expect(await asked()).toEqual({ SignalWithStartWorkflowExecution: 1 });
});
