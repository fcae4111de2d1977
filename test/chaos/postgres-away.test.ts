import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BRIDGE_TOPICS, type Topic } from '../../contracts/model/topics';
import { startStack } from '../../local/stack';
import type { Stack } from '../../local/stack/types';
import { eventually } from '../support/eventually';
import { createWorld, type World } from '../support/world';
import { report, sized } from './chaos';
import { coordinatorLog } from './coordinator-log';
import { allDelivered, committedRecords, expectEachOnce, expectTakenOn, outcomes, SERVICES } from './deliveries';
import { createEvents, parted, startLoad, type LoadEvent } from './load';

const [CONTENTS, FACTS] = sized({ full: [60, 24], short: [15, 19] });
const AWAY_SECONDS = sized({ full: 30, short: 10 });
/** Longest a statement waits for an answer (25 s), longest pause of a partition after it (20 s), and a busy machine. */
const HEALED_WITHIN_MS = 120_000;
const LOOK_EVERY_MS = 500;

let postgres: Stack;
let world: World;
const dir = mkdtempSync(join(tmpdir(), 'reelway-postgres-away-'));
beforeAll(async () => {
  postgres = await startStack({ parts: ['postgres'], dir, useEnvironment: false });
});
beforeEach(async () => {
  world = await createWorld({ servers: { postgres: postgres.postgres }, env: SERVICES });
});
afterEach(() => world.close());
afterAll(async () => {
  await postgres.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** The last is a server that takes connections and never answers. */
const OUTAGES = [
  {
    name: 'killed',
    go: () => postgres.kill('postgres', 'SIGKILL'),
    comeBack: () => postgres.restart('postgres'),
  },
  {
    name: 'stopped',
    go: () => postgres.kill('postgres', 'SIGSTOP'),
    comeBack: () => postgres.kill('postgres', 'SIGCONT'),
  },
];

test.each(OUTAGES)(
  `Postgres $name for ${String(AWAY_SECONDS)} s under load: no offset is committed past unsaved work, then each fact is in its run`,
  async ({ name, go, comeBack }) => {
    const bridge = await world.spawnReelway(['bridge']);
    const events = createEvents(`postgres-${name}`, CONTENTS, FACTS);
    const before = await coordinatorLog(world);
    const [first, rest] = parted(events);
    const began = await startLoad(world, first, 1);
    await eventually(
      'the first are delivered',
      async () => ((await outcomes(world))['delivered'] ?? 0) > first.length / 3,
    );

    // The order of a content's events would be lost between two senders.
    await began.done;
    const load = await startLoad(world, rest, AWAY_SECONDS);
    await go();
    const sentBefore = load.sent();
    const backAt = Date.now() + AWAY_SECONDS * 1_000;
    const committed: number[] = [];
    while (Date.now() < backAt) {
      committed.push(await committedRecords(world));
      await delay(LOOK_EVERY_MS);
    }
    const sentMeanwhile = load.sent() - sentBefore;

    // While the bridge stands still, nobody can save later what was committed too early.
    bridge.kill('SIGSTOP');
    await comeBack();
    const unsaved = await eventually('Postgres answers', async () => ({ events: await committedAndUnsaved(events) }));
    const saved = await outcomes(world);
    bridge.kill('SIGCONT');
    const healingAt = Date.now();
    await load.done;
    await allDelivered(world, events, HEALED_WITHIN_MS);
    const healedSeconds = (Date.now() - healingAt) / 1_000;

    expect(unsaved.events).toEqual([]);
    // Postgres was away: what came meanwhile was neither saved nor committed.
    expect(sentMeanwhile).toBeGreaterThan(events.length / 4);
    expect(Object.values(saved).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(
      events.length - sentMeanwhile,
    );
    expect(committed.at(-1)).toBeLessThanOrEqual(events.length - sentMeanwhile);
    const again = await expectEachOnce(world, events);
    expect(await coordinatorLog(world)).toEqual(before);
    const words = await expectTakenOn(world);
    report(
      `Postgres ${name} for ${String(AWAY_SECONDS)} s: ${String(events.length)} events, ${String(sentMeanwhile)} of them meanwhile, ` +
        `${String(committed.at(-1))} committed while it was away, ` +
        `all delivered ${healedSeconds.toFixed(1)} s after it was back, ${String(again)} signalled again, then ${JSON.stringify(words)}`,
    );
  },
);

/** Events below the committed offset of their partition that Postgres does not know. */
async function committedAndUnsaved(events: LoadEvent[]): Promise<string[]> {
  const { rows } = await world.pool.query<{ event_id: string }>('SELECT event_id FROM event_ids');
  const saved = new Set(rows.map((row) => row.event_id));
  const topics = BRIDGE_TOPICS.filter((topic) => events.some((event) => event.topic === topic));
  const committed = await Promise.all(topics.map(committedIn));
  expect(committed.flat().length).toBeGreaterThan(0);
  return committed.flat().filter((eventId) => !saved.has(eventId));
}

/** Ids of the records of a topic that are committed, as the broker has them. */
async function committedIn(topic: Topic): Promise<string[]> {
  const ends = await world.kafka.lag(world.config.kafka.groupId, topic);
  const below = new Map(ends.map(({ partition, committed }) => [partition, Number(committed ?? 0)]));
  const records = await world.topics.read(topic);
  return records
    .filter(({ partition, offset }) => Number(offset) < (below.get(partition) ?? 0))
    .map(({ json }) => json.event_id);
}
