import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startTemporal } from '../../local/stack';
import type { Stack } from '../../local/stack/types';
import { eventually } from '../support/eventually';
import { createWorld, type World } from '../support/world';
import { report, sized } from './chaos';
import { coordinatorLog } from './coordinator-log';
import { allDelivered, committedRecords, expectEachOnce, expectTakenOn, outcomes, SERVICES } from './deliveries';
import { createEvents, parted, startLoad } from './load';

/** Contents, and facts of each beside its upload. */
const [CONTENTS, FACTS] = sized({ full: [100, 19], short: [15, 19] });
/** Longest a call lasts (8 s), longest back-off after it (12 s), and a busy machine. */
const HEALED_WITHIN_MS = 120_000;

interface Setting {
  world: World;
  temporal: Stack;
  dir: string;
}

/** How it goes away and comes back. */
const OUTAGES = [
  {
    name: 'killed',
    seconds: sized({ full: 60, short: 8 }),
    go: (temporal: Stack) => temporal.kill('temporal', 'SIGKILL'),
    comeBack: (temporal: Stack) => temporal.restart('temporal'),
  },
  {
    name: 'stopped',
    seconds: sized({ full: 60, short: 15 }),
    go: (temporal: Stack) => temporal.kill('temporal', 'SIGSTOP'),
    comeBack: (temporal: Stack) => temporal.kill('temporal', 'SIGCONT'),
  },
] as const;
type Outage = (typeof OUTAGES)[number];

const settings: Setting[] = [];
const running = new Map<string, Promise<void>>();

// Side by side, each with a Temporal of its own: most of the time is waiting.
beforeAll(async () => {
  for (const { name } of OUTAGES) settings.push(await prepare(name));
  OUTAGES.forEach((outage, index) => {
    const done = settings[index] ? suffer(settings[index], outage) : Promise.resolve();
    done.catch(() => undefined); // its test tells
    running.set(outage.name, done);
  });
});
afterAll(async () => {
  await Promise.allSettled(running.values());
  for (const { world, temporal, dir } of settings) {
    await world.close().finally(() => temporal.stop());
    rmSync(dir, { recursive: true, force: true });
  }
});

async function prepare(name: string): Promise<Setting> {
  const dir = mkdtempSync(join(tmpdir(), `reelway-temporal-${name}-`));
  const temporal = await startTemporal({ dir });
  const world = await createWorld({ servers: { temporal: temporal.temporal }, env: SERVICES });
  return { world, temporal, dir };
}

test.each(OUTAGES)(
  'Temporal $name for $seconds s under load: the group does not notice, intake goes on, then each fact is in its run',
  async ({ name }) => {
    await expect(running.get(name)).resolves.toBeUndefined();
  },
);

async function suffer({ world, temporal }: Setting, { name, seconds, go, comeBack }: Outage): Promise<void> {
  await world.spawnReelway(['bridge']);
  const events = createEvents(`temporal-${name}`, CONTENTS, FACTS);
  const before = await coordinatorLog(world);
  expect(before.at(-1)?.members).toHaveLength(1);
  const [first, rest] = parted(events);
  const began = await startLoad(world, first, 1);
  await eventually(
    'the first are delivered',
    async () => ((await outcomes(world))['delivered'] ?? 0) > first.length / 3,
  );

  // The order of a content's events would be lost between two senders.
  await began.done;
  const load = await startLoad(world, rest, seconds);
  await go(temporal);
  await delay(seconds * 1_000);
  const sentMeanwhile = load.sent();
  await eventually(
    'what was sent while Temporal is away is committed',
    async () => (await committedRecords(world)) >= first.length + sentMeanwhile,
  );
  const away = await outcomes(world);
  const backAt = Date.now();
  await comeBack(temporal);
  await load.done;
  await allDelivered(world, events, HEALED_WITHIN_MS);
  const healedSeconds = (Date.now() - backAt) / 1_000;

  // Temporal was away: most of what came meanwhile could not be delivered.
  expect(sentMeanwhile).toBeGreaterThan(events.length / 4);
  expect(away['open']).toBeGreaterThan(sentMeanwhile / 2);
  const again = await expectEachOnce(world, events);
  expect(await coordinatorLog(world)).toEqual(before);
  const words = await expectTakenOn(world);
  report(
    `Temporal ${name} for ${String(seconds)} s: ${String(events.length)} events, ${String(sentMeanwhile)} of them meanwhile, ` +
      `all delivered ${healedSeconds.toFixed(1)} s after it was back, ${String(again)} signalled again, ` +
      `${String(before.length)} entries about the group before and after, then ${JSON.stringify(words)}`,
  );
}
