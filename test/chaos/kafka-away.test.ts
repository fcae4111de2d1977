import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startStack } from '../../local/stack';
import type { Stack } from '../../local/stack/types';
import { eventually } from '../support/eventually';
import { expectInvariants } from '../support/invariants';
import { allHasLeft, createItem, type Item, type Shown } from '../support/story';
import { createWorld, type World } from '../support/world';
import { report, sized } from './chaos';
import { outcomes, SERVICES } from './deliveries';

const ITEMS = sized({ full: 12, short: 3 });
const AWAY_MS = sized({ full: 30_000, short: 5_000 });
const TOLD = ['internal.lifecycle.events', 'media.published'] as const;

let kafka: Stack;
let world: World;
const dir = mkdtempSync(join(tmpdir(), 'reelway-kafka-away-'));
beforeAll(async () => {
  kafka = await startStack({ parts: ['kafka'], dir, useEnvironment: false });
  world = await createWorld({ servers: { kafka: kafka.kafka }, env: SERVICES });
});
afterAll(async () => {
  await world.close().finally(() => kafka.stop());
  rmSync(dir, { recursive: true, force: true });
});

const countUnsent = (told: Shown['milestones']): number => told.filter(({ sent }) => sent === false).length;

interface Waiting extends Shown {
  notices: Shown['milestones'];
  run: { activities: { activity: string; attempt: number; lastFailure: { code: string | null } | null }[] };
}

test('Kafka killed while runs announce: milestones wait in their activity, which says so, then leave in order', async () => {
  const worker = await world.spawnReelway(['worker']);
  await world.spawnReelway(['bridge']);
  const items = await Promise.all(Array.from({ length: ITEMS }, () => createItem(world)));
  for (const item of items) await item.upload();
  for (const item of items) {
    await item.reaches({ status: 'WAITING', stage: 'transcode' });
    await allHasLeft(world, item.id);
  }

  // All that the runs need is signalled while their worker stands still, whose producer is connected.
  worker.kill('SIGSTOP');
  for (const item of items) {
    await item.transcoded();
    await item.approved('APPROVED');
    await item.packaged();
  }
  await eventually('all is signalled', async () => (await outcomes(world))['delivered'] === 3 * ITEMS);
  await kafka.kill('kafka', 'SIGKILL');
  const awayAt = Date.now();
  worker.kill('SIGCONT');

  for (const item of items) await stillWaits(item);
  await delay(Math.max(0, awayAt + AWAY_MS - Date.now()));
  const waiting = await Promise.all(items.map(stillWaits));
  // What a run tells first may be a notice to the creator; its milestones follow.
  const unsent = waiting.map(({ milestones, notices }) => countUnsent([...milestones, ...notices]));
  expect(Math.min(...unsent)).toBeGreaterThan(0);
  const cli = await world.runReelway(['content', 'show', items[0]?.id ?? '']);
  expect(cli.stdout).toMatch(/announce.*SERVICE_UNREACHABLE/s);

  const awaySeconds = (Date.now() - awayAt) / 1_000;
  await kafka.restart('kafka');
  const backAt = Date.now();
  for (const item of items) {
    await item.reaches({ status: 'PUBLISHED', visibility: 'PUBLISHED' });
    await allHasLeft(world, item.id);
  }
  const healedSeconds = (Date.now() - backAt) / 1_000;
  const repeats = await expectInOrder(items);
  await expectInvariants(world);
  report(
    `Kafka killed for ${awaySeconds.toFixed(1)} s: ${String(ITEMS)} runs waited with ${unsent.join(', ')} unsent records, ` +
      `all published ${healedSeconds.toFixed(1)} s after it was back, ${String(repeats)} records sent again`,
  );
});

/** A look may meet the moment between two attempts, or a server that is slow to answer; what counts is what it comes to. */
const stillWaits = (item: Item): Promise<Waiting> =>
  eventually(`${item.id} waits to announce`, () => waitsForKafka(item));

/** What `content show` says once the announcement has failed and is tried again: nothing is visible, nothing parked. */
async function waitsForKafka(item: Item): Promise<Waiting | null> {
  const shown = (await item.show()) as Waiting;
  const announce = shown.run.activities.find(({ activity }) => activity === 'announce');
  const waits = announce?.lastFailure?.code === 'SERVICE_UNREACHABLE' && announce.attempt >= 2;
  return waits && shown.visibility === 'HIDDEN' && !shown.attention ? shown : null;
}

/** On each topic the sequence of a content rises, and over all topics it has no gap; returns how many records repeat one. */
async function expectInOrder(items: Item[]): Promise<number> {
  const records = (await Promise.all(TOLD.map((topic) => world.topics.read(topic)))).flat();
  let repeats = 0;
  for (const { id } of items) {
    const ours = records.filter(({ key }) => key === id);
    const first = ours.filter(({ json }, at) => ours.findIndex((one) => one.json.event_id === json.event_id) === at);
    repeats += ours.length - first.length;
    const sequenceIn = (topic: string) => first.filter((one) => one.topic === topic).map(sequenceOf);
    for (const topic of TOLD) {
      expect([id, topic, sequenceIn(topic)]).toEqual([id, topic, sequenceIn(topic).toSorted((a, b) => a - b)]);
    }
    const all = first.map(sequenceOf).sort((a, b) => a - b);
    expect([id, all]).toEqual([id, all.map((_, at) => at + 1)]);
    expect(sequenceIn('media.published')).toHaveLength(1);
  }
  return repeats;
}

const sequenceOf = ({ headers }: { headers: Record<string, string> }): number => Number(headers['sequence']);
