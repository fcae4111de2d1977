import { readFileSync } from 'node:fs';
import { fanOutIdOf } from '../../../contracts/model/ids';
import { DEFAULT_CHANNELS } from '../../../contracts/model/notices';
import type { NewContent } from '../../../contracts/model/ports';
import { startDue } from '../../../bridge/outbound/fan-outs';
import { newContentRecords, NOTICE_TOPIC } from '../../../platform/events/notices';
import { insertFanOut } from '../../../platform/postgres/fanouts';
import type { ReelwayProcess } from '../../support/processes';
import { createWorld, type World } from '../../support/world';
import { bareProducer } from '../baseline/bare-producer';
import type { BenchOptions, BenchResult } from '../bench';
import { median, rounded } from '../statistics';

const SUBSCRIBERS = 100_000;
const BATCH = 2_000;
const CREATOR = 'creator';
const MOST_EVENTS = 60;
const KIB_PER_MIB = 1_024;
const LOOK_MS = 100;

/**
 * A whole fan-out, from the planned row to the ended run, in a worker process of its own, against a plain producer that
 * gets the same records, made beforehand, in batches as large as our pages.
 */
export async function measureFanOut({ pairs, say }: BenchOptions): Promise<BenchResult> {
  const world = await createWorld({ partitions: 'real' });
  try {
    say(`subscribes ${String(SUBSCRIBERS)} users`);
    await subscribeAll(world);
    const worker = await world.spawnReelway(['worker', '--queues', 'lifecycle,catalog']);
    const plain = await bareProducer(world.config.kafka.brokers);
    const sides: { ours: number; bare: number; events: number; peakMiB: number }[] = [];
    let before = 0;
    for (let pair = 0; pair <= pairs; pair++) {
      const content = contentOf(`content-${String(pair)}`);
      const bareFirst = pair % 2 === 1;
      const early = bareFirst ? await bareRate(world, plain, content) : 0;
      const ours = await fanOutRate(world, worker, content);
      const bare = bareFirst ? early : await bareRate(world, plain, content);
      // The first warms up, and tells what a worker that has done it once holds.
      if (pair === 0) before = memoryOf(worker);
      else sides.push({ ...ours, ours: ours.rate, bare });
      say(`fanout ${String(pair)}: ${ours.rate.toFixed(0)}/s, bare ${bare.toFixed(0)}/s, ${String(ours.peakMiB)} MiB`);
    }
    await plain.close();
    const events = Math.max(...sides.map((side) => side.events));
    return {
      ratios: {
        fanout: rounded(median(sides.map(({ ours, bare }) => ours / bare))),
        fanoutEvents: rounded(MOST_EVENTS / events),
      },
      figures: {
        fanoutPairs: sides.map(({ ours, bare }) => rounded(ours / bare)),
        fanoutPerSecond: rounded(median(sides.map(({ ours }) => ours))),
        fanoutBarePerSecond: rounded(median(sides.map(({ bare }) => bare))),
        fanoutHistoryEvents: events,
        fanoutMemoryMiB: [before, ...sides.map(({ peakMiB }) => peakMiB)],
      },
    };
  } finally {
    await world.close();
  }
}

/** What the registration of the bench holds it to. */
export const FAN_OUT_TARGETS = { fanout: 0.6, fanoutEvents: 1 };

const userOf = (index: number): string => `user-${String(index).padStart(8, '0')}`;

const contentOf = (contentId: string): NewContent => ({
  ...{ contentId, creatorId: CREATOR, title: 'A walk in the park', contentType: 'VIDEO', residency: 'GLOBAL' },
  ...{ channels: DEFAULT_CHANNELS.NEW_CONTENT, at: Date.parse('2026-05-01T10:00:00Z'), traceparent: null },
});

async function subscribeAll({ pool }: World): Promise<void> {
  await pool.query(
    `INSERT INTO subscriptions (creator_id, user_id, state, changed_at)
     SELECT $1, 'user-' || lpad(n::text, 8, '0'), 'SUBSCRIBED', now() FROM generate_series(0, $2::int - 1) n`,
    [CREATOR, SUBSCRIBERS],
  );
  await pool.query('ANALYZE subscriptions');
}

/** Subscribers per second, events of the run, and the most that the worker held meanwhile. */
async function fanOutRate(
  { pool, temporal, log }: World,
  worker: ReelwayProcess,
  of: NewContent,
): Promise<{ rate: number; events: number; peakMiB: number }> {
  await pool.query(
    `INSERT INTO contents (content_id, phase, visibility) VALUES ($1, 'terminal', 'PUBLISHED') ON CONFLICT DO NOTHING`,
    [of.contentId],
  );
  await insertFanOut(pool, of);
  let peakMiB = 0;
  const timer = setInterval(() => (peakMiB = Math.max(peakMiB, memoryOf(worker))), LOOK_MS);
  const began = performance.now();
  await startDue({ pool, client: temporal.client, log });
  const run = temporal.client.workflow.getHandle(fanOutIdOf(of.contentId));
  await run.result();
  const seconds = (performance.now() - began) / 1_000;
  clearInterval(timer);
  const { historyLength } = await run.describe();
  return { rate: SUBSCRIBERS / seconds, events: historyLength, peakMiB };
}

async function bareRate(
  { config }: World,
  producer: Awaited<ReturnType<typeof bareProducer>>,
  of: NewContent,
): Promise<number> {
  const record = newContentRecords(of);
  const messages = Array.from({ length: SUBSCRIBERS }, (_, index) => {
    const { key, value, headers } = record(userOf(index));
    return { key, value, headers };
  });
  const began = performance.now();
  await producer.send(`${config.kafka.topicPrefix}${NOTICE_TOPIC}`, messages, BATCH);
  return SUBSCRIBERS / ((performance.now() - began) / 1_000);
}

/** Resident, as the kernel says. */
function memoryOf({ pid }: ReelwayProcess): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / KIB_PER_MIB);
}
