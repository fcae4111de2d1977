import { randomUUID } from 'node:crypto';
import { startProjector } from '../../../bridge/projector/projector';
import { ENGAGEMENT_TYPES } from '../../../contracts/model/engagement';
import type { Kafka, OutgoingRecord } from '../../../contracts/model/ports';
import { createRegistry, type Registry } from '../../../platform/metrics';
import { createWorld, type World } from '../../support/world';
import type { BenchOptions } from '../bench';
import { bareConsumer } from '../baseline/bare-consumer';
import { until } from '../bridge/setting';
import { countStatements } from '../bridge/statements';
import { median } from '../statistics';

const TOPIC = 'user.engagement.events';
const RECORDS = 200_000;
const SEND_AT_ONCE = 5_000;
const CONTENTS = 2_000;
const CREATORS = 200;
const USERS = 20_000;
const MS = 1_000;
const SHOWN = 100;
const THOUSAND = 1_000;

export interface ProjectorFigures {
  /** Of a bare consumer that only parses JSON; median of the pairs. */
  ratio: number;
  ratios: number[];
  eventsPerSecond: number;
  bareEventsPerSecond: number;
  /** All that the process asks Postgres, BEGIN and COMMIT and the writer of the rankings included. */
  statementsPerThousand: number;
  /** Of what it counted, in creator_totals: every event once. */
  counted: number;
  sent: number;
}

/** Counting user.engagement.events from a full topic, against a bare kafkajs consumer on the same topic, in interleaved pairs. */
export async function projectorBench({ pairs, say }: BenchOptions): Promise<ProjectorFigures> {
  const world = await createWorld({ uses: ['postgres', 'kafka'], partitions: 'real' });
  const statements = countStatements();
  const ours: { perSecond: number; statements: number }[] = [];
  const bare: number[] = [];
  try {
    // A pair before those that count, for warm code and caches.
    for (let pair = 0; pair <= pairs; pair++) {
      await sendEvents(world);
      const sent = (pair + 1) * RECORDS;
      const bareMs = await bareConsumer(
        [...world.stack.kafka.brokers],
        `${world.config.kafka.topicPrefix}${TOPIC}`,
        `bare-${randomUUID()}`,
        sent,
      );
      const counted = await project(world, statements);
      if (pair === 0) continue;
      bare.push(sent / (bareMs / MS));
      ours.push(counted);
      say(`pair ${String(pair)}: ${counted.perSecond.toFixed(0)} events/s, bare ${(sent / (bareMs / MS)).toFixed(0)}`);
    }
    return await figuresOf(world, ours, bare, (pairs + 1) * RECORDS);
  } finally {
    await world.close();
  }
}

async function figuresOf(
  world: World,
  ours: { perSecond: number; statements: number }[],
  bare: number[],
  sent: number,
): Promise<ProjectorFigures> {
  const { rows } = await world.pool.query<{ sum: string }>('SELECT sum(events)::text AS sum FROM creator_totals');
  const ratios = ours.map(({ perSecond }, at) => Math.round((perSecond / (bare[at] ?? 1)) * SHOWN) / SHOWN);
  return {
    ratio: median(ratios),
    ratios,
    eventsPerSecond: Math.round(median(ours.map(({ perSecond }) => perSecond))),
    bareEventsPerSecond: Math.round(median(bare)),
    statementsPerThousand: Math.round(median(ours.map(({ statements }) => statements)) * SHOWN) / SHOWN,
    counted: Number(rows[0]?.sum ?? 0),
    sent,
  };
}

/** One projector of this process, from the first records that it is given to the commit of the last, as of the bare consumer. */
async function project(world: World, statements: () => number): Promise<{ perSecond: number; statements: number }> {
  const { pool, redis, log, config } = world;
  const registry = createRegistry();
  const notify = () => Promise.resolve();
  let began = 0;
  let asked = 0;
  const kafka = watched(world.kafka, () => {
    if (began > 0) return;
    began = performance.now();
    asked = statements();
  });
  const projector = await startProjector({ config, pool, kafka, redis, log, notify, metrics: registry });
  await until(async () => (await countedBy(registry)) >= RECORDS);
  const seconds = (performance.now() - began) / MS;
  const statementsPerThousand = ((statements() - asked) / RECORDS) * THOUSAND;
  await projector.stop();
  return { perSecond: RECORDS / seconds, statements: statementsPerThousand };
}

/** Told whenever records are handed over. */
const watched = (kafka: Kafka, onRecords: () => void): Kafka => ({
  ...kafka,
  consume: (options) =>
    kafka.consume({
      ...options,
      onBatch: (records) => {
        onRecords();
        return options.onBatch(records);
      },
    }),
});

async function countedBy(registry: Registry): Promise<number> {
  const counter = await registry.getSingleMetric('reelway_projector_events_total')?.get();
  return (counter?.values ?? []).reduce((sum, { value }) => sum + value, 0);
}

/** Few contents are watched often and many rarely. */
const skewed = (among: number): number => Math.floor(among * Math.random() ** 3);

function event(): OutgoingRecord {
  const user = `user-${String(Math.floor(Math.random() * USERS))}`;
  const content = skewed(CONTENTS);
  const payload = {
    user_id: user,
    content_id: `content-${String(content)}`,
    creator_id: `creator-${String(content % CREATORS)}`,
    event_type: ENGAGEMENT_TYPES[Math.floor(Math.random() * ENGAGEMENT_TYPES.length)],
    watch_duration_seconds: Math.floor(Math.random() * 600),
    content_type: 'VIDEO',
    session_id: randomUUID(),
  };
  const timestamp = new Date().toISOString();
  const envelope = { event_id: randomUUID(), timestamp, source_service: 'engagement-service', payload };
  return { topic: TOPIC, key: user, value: Buffer.from(JSON.stringify(envelope)), headers: {} };
}

async function sendEvents(world: World): Promise<void> {
  const producer = await world.kafka.producer();
  for (let sent = 0; sent < RECORDS; sent += SEND_AT_ONCE) {
    await producer.send(Array.from({ length: SEND_AT_ONCE }, event));
  }
  await producer.close();
}
