import { createRuns } from '../../bridge/inbound/deliver';
import { startDispatcher, type Dispatcher } from '../../bridge/inbound/dispatcher';
import { createIntake } from '../../bridge/inbound/intake';
import type { KafkaRecord } from '../../contracts/model/ports';
import { UNGUARDED } from '../integration/bridge/events';
import { eventually } from '../support/eventually';
import { TestFailure } from '../support/test-failure';
import { createWorld, type World } from '../support/world';
import { createRandom, sized } from './chaos';
import { endingOf, standingOf, type Ending } from './ending';
import {
  cleanStream,
  interleave,
  randomScenario,
  statusAfter,
  STATUSES,
  type Order,
  type Scenario,
} from './interleaving';
import { BY_SERVICES, events, registerAll, valueOf, type ServiceEvent } from './service-events';

const SCENARIOS = sized({ full: 12, short: 5 });
const OF_EACH = sized({ full: 20, short: 5 });
const COPIES = 5;
const ENDS_WITHIN_MS = 400_000;
/** How often the dispatcher gets everything done before the next records come: what is told in one signal varies. */
const PAUSES = 1 / 3;

/** Seconds: newer than everything in a stream. */
const LAST = 95;

interface Stream {
  id: string;
  scenario: number;
  order: Order | 'clean';
  told: ServiceEvent[];
}

const random = createRandom('interleavings');
const scenarios: Scenario[] = Array.from({ length: SCENARIOS }, (_, index) =>
  randomScenario(random, STATUSES[index % STATUSES.length]),
);
const cleanOf = (scenario: number, id: string): ServiceEvent[] => cleanStream(scenarios[scenario] as Scenario, id);
const cleans = scenarios.map((_, scenario): Stream => {
  const id = `clean-${String(scenario)}`;
  return { id, scenario, order: 'clean', told: cleanOf(scenario, id) };
});
const interleavings = scenarios.flatMap((_, scenario) =>
  Array.from({ length: OF_EACH }, (__, index): Stream => {
    const id = `mixed-${String(scenario)}-${String(index)}`;
    const order = index % 2 === 0 ? 'free' : 'topics';
    return { id, scenario, order, told: interleave(cleanOf(scenario, id), order, random) };
  }),
);

let world: World;
const dispatchers: Dispatcher[] = [];
let signals = 0;
let batches = 0;

beforeAll(async () => {
  world = await createWorld({ env: BY_SERVICES });
  await world.spawnReelway(['worker']);
  const { pool, log, config } = world;
  const runs = createRuns(world.temporal.client, config.bridge.callsPerSecond);
  const guard = { count: () => undefined, isPaused: () => false };
  const onRouted = (): void => {
    signals += 1;
  };
  // Two, as of two processes.
  for (let index = 0; index < 2; index++) {
    dispatchers.push(startDispatcher({ pool, runs, guard, policy: config.policy, log, concurrency: 16, onRouted }));
  }
});
afterAll(async () => {
  for (const dispatcher of dispatchers) await dispatcher.stop();
  await world.close();
});

let offset = 0;
const recordOf = (told: ServiceEvent): KafkaRecord => ({
  topic: told.topic,
  partition: 0,
  offset: String(offset++),
  timestamp: String(Date.now()),
  key: Buffer.from(told.key),
  value: valueOf(told),
  headers: {},
});

const count = async (sql: string, ...values: unknown[]): Promise<number> =>
  (await world.pool.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${sql}`, values)).rows[0]?.count ?? 0;
const isDispatched = async (): Promise<boolean> => (await count(`inbox WHERE status = 'open'`)) === 0;

/**
 * Each step takes the next record of every stream: what is of one topic is one batch of the intake, as of one partition,
 * and the topics are taken in side by side. So the order within each stream is kept, and that between streams is not.
 */
async function takeIn(streams: Stream[]): Promise<void> {
  const { pool, log, config } = world;
  const wake = (): void => {
    for (const dispatcher of dispatchers) dispatcher.wake();
  };
  const intake = createIntake({ ...UNGUARDED, pool, log, lateFlag: config.lateFlag, onTaken: wake });
  for (let step = 0; streams.some(({ told }) => told.length > step); step++) {
    const next = random.shuffle(streams.flatMap(({ told }) => told[step] ?? []));
    const topics = [...new Set(next.map(({ topic }) => topic))];
    batches += topics.length;
    await Promise.all(topics.map((topic) => intake(next.filter((one) => one.topic === topic).map(recordOf))));
    if (random.next() < PAUSES) await eventually('all is dispatched', isDispatched);
  }
  await eventually('all is dispatched', isDispatched);
}

/** Every stream is where its facts lead, nothing is on its way to a run or to Kafka. */
async function settled(streams: Stream[], wantedOf: (scenario: Scenario) => string = statusAfter): Promise<void> {
  await eventually(
    'all contents have ended',
    async () => {
      const moving: string[] = [];
      const { rows } = await world.pool.query<{ content_id: string; status: string; phase: string }>(
        `SELECT content_id, status, phase FROM contents`,
      );
      const now = new Map(rows.map((row) => [row.content_id, row]));
      for (const { id, scenario } of streams) {
        const wanted = wantedOf(scenarios[scenario] as Scenario);
        const row = now.get(id);
        const isThere = row?.status === wanted && (wanted !== 'PUBLISHED' || row.phase === 'terminal');
        if (!isThere) moving.push(`${id}: ${row?.status ?? 'nothing'} instead of ${wanted}`);
      }
      if (moving.length > 0)
        throw new TestFailure(`${String(moving.length)} have not: ${moving.slice(0, 5).join('; ')}`);
      return (await isDispatched()) && (await count('milestones WHERE sent_at IS NULL')) === 0;
    },
    ENDS_WITHIN_MS,
  );
}

/** Of the events as they first came: which one after which. */
const firstOrder = ({ told, scenario }: Stream): string =>
  `${String(scenario)}: ${[...new Set(told.map(({ topic, at }) => `${topic} ${String(at)}`))].join(', ')}`;

/** Each interleaving as its clean stream is. */
async function expectAlike(look: (world: World, id: string) => Promise<Ending>): Promise<void> {
  const wanted = await Promise.all(cleans.map(({ id }) => look(world, id)));
  for (const { id, scenario, order } of interleavings) {
    expect({ id, order, ending: await look(world, id) }).toEqual({ id, order, ending: wanted[scenario] });
  }
}

it('clean streams end as their flags and decisions say, in more than one way', async () => {
  await registerAll(
    world,
    [...cleans, ...interleavings].map(({ id }) => id),
  );
  await takeIn(cleans);
  await settled(cleans);
  const endings = await Promise.all(cleans.map(({ id }) => endingOf(world, id)));
  expect(new Set(scenarios.map(statusAfter)).size).toBe(STATUSES.length);
  expect(new Set(endings.map((ending) => JSON.stringify(ending))).size).toBeGreaterThanOrEqual(STATUSES.length);
});

it('shuffled and five-fold, they end in the same state, with the same milestones', async () => {
  const orders = new Set(interleavings.map(firstOrder));
  for (const clean of cleans) orders.delete(firstOrder(clean));
  expect(orders.size).toBeGreaterThan(interleavings.length / 2);
  [signals, batches] = [0, 0];
  const began = performance.now();
  await takeIn(interleavings);
  await settled(interleavings);
  const seconds = (performance.now() - began) / 1_000;

  const records = interleavings.reduce((sum, { told }) => sum + told.length, 0);
  process.stderr.write(
    `interleavings: ${String(interleavings.length)} of ${String(SCENARIOS)} streams, ${String(orders.size)} orders; ` +
      `${String(records)} records in ${String(batches)} batches, ${String(signals)} turns of keys, ${seconds.toFixed(1)} s\n`,
  );
  await expectAlike(standingOf);
  // Each event was kept under its two ids, and every other copy was counted.
  const { rows } = await world.pool.query<{ ids: number; repeats: number }>(
    `SELECT count(*)::int AS ids, sum(repeats)::int AS repeats FROM event_ids WHERE content_id LIKE 'mixed-%'`,
  );
  expect(rows).toEqual([{ ids: (records / COPIES) * 2, repeats: (records / COPIES) * (COPIES - 2) }]);
});

it('once all are decided, clean or not, they are published alike, each event has its answer', async () => {
  const all = [...cleans, ...interleavings];
  await takeIn(all.map((stream) => ({ ...stream, told: [events.decided(stream.id, LAST, 'APPROVED')] })));
  await settled(all, () => 'PUBLISHED');
  await expectAlike(endingOf);
  expect(await count(`event_ids WHERE outcome IS NULL OR outcome IN ('delivered', 'parked', 'dead')`)).toBe(0);
  const published = `milestones WHERE topic = 'media.published'`;
  expect([await count(published), await count(`(SELECT DISTINCT content_id FROM ${published}) x`)]).toEqual([
    all.length,
    all.length,
  ]);
});
