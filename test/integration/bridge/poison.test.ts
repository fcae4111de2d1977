import { readFileSync } from 'node:fs';
import type { OutgoingRecord } from '../../../contracts/model/ports';
import type { ConsumedTopic } from '../../../contracts/model/topics';
import { eventually } from '../../support/eventually';
import type { ReelwayProcess } from '../../support/processes';
import { configureTopic } from '../../support/raw-kafka';
import { createWorld, type World } from '../../support/world';
import { newContentId, outcomesOf, upload } from './events';
import { goodRecord, OVERSIZED_BYTES, POISON, type Good, type Poison } from './poison-kinds';

/** From the moment it is sent. */
const DEAD_WITHIN_MS = 5_000;
/** Of each kind in the flood; of 5 MB fewer. */
const COPIES = 40;
const OVERSIZED_COPIES = 6;
const MIB = 1024 * 1024;
/** More at once than a handful of records of 5 MB and one fetch of 2 MiB per connection. */
const MOST_MORE_BYTES = 192 * MIB;

let world: World;
let bridge: ReelwayProcess;
/** A content whose run is open. */
let begun: string;

beforeAll(async () => {
  world = await createWorld();
  const limit = String(8 * MIB);
  await configureTopic(world, 'media.upload.initiated', { 'max.message.bytes': limit, 'retention.ms': '604800000' });
  bridge = await world.spawnReelway(['bridge']);
  begun = newContentId();
  await world.topics.send('media.upload.initiated', upload(begun));
  await eventually('a run', async () => (await outcomesOf(world, begun))[0]?.outcome === 'delivered');
});
afterAll(() => world.close());

interface Placed {
  partition: number;
  offset: string;
}

const inOrder = (topic: ConsumedTopic, values: (Buffer | null)[]): OutgoingRecord[] =>
  values.map((value) => ({ topic, key: 'one', value: value as Buffer, headers: {} }));

/** In one request under one key: into one partition, one after the other. */
async function sendInOrder(topic: ConsumedTopic, values: (Buffer | null)[]): Promise<Placed[]> {
  const producer = await world.kafka.producer();
  const placed = await producer.send(inOrder(topic, values));
  await producer.close();
  return placed;
}

const AT = 'topic = $1 AND (partition, kafka_offset) IN (SELECT * FROM unnest($2::int[], $3::bigint[]))';
const whereAt = (topic: ConsumedTopic, placed: Placed[]): unknown[] => [
  topic,
  placed.map(({ partition }) => partition),
  placed.map(({ offset }) => offset),
];

async function letterAt(topic: ConsumedTopic, place: Placed): Promise<{ code: string; value: Buffer | null } | null> {
  const sql = `SELECT code, value FROM dead_letters WHERE ${AT}`;
  const { rows } = await world.pool.query<{ code: string; value: Buffer | null }>(sql, whereAt(topic, [place]));
  return rows[0] ?? null;
}

const countAt = async (topic: ConsumedTopic, placed: Placed[], code: string): Promise<number> =>
  (await world.pool.query(`SELECT 1 FROM dead_letters WHERE ${AT} AND code = $4`, [...whereAt(topic, placed), code]))
    .rowCount ?? 0;

const handled = async (goods: Good[]): Promise<boolean> => {
  const { rowCount } = await world.pool.query(
    `SELECT 1 FROM event_ids WHERE event_id = ANY($1) AND outcome IN ('delivered', 'stored')`,
    [goods.map(({ eventId }) => eventId)],
  );
  return rowCount === goods.length;
};

/** Bytes of memory of the bridge that are in RAM: now, or the most so far. */
const memory = (what: 'VmRSS' | 'VmHWM'): number => {
  const status = readFileSync(`/proc/${String(bridge.pid)}/status`, 'utf8');
  return Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
};

/** The same process, in the same session of its group, alive and ready. */
async function expectUp(): Promise<void> {
  expect((await fetch(`${bridge.url}/health/live`)).status).toBe(200);
  expect((await fetch(`${bridge.url}/health/ready`)).status).toBe(200);
  expect(bridge.log().match(/joined the consumer group/g)).toHaveLength(1);
  expect(bridge.log()).not.toContain('could not be taken');
}

test.each(POISON)('$name is dead within 5 s as $code, between two good records', async (poison: Poison) => {
  const { topic } = poison;
  const idFor = (): string => (topic === 'media.upload.initiated' ? newContentId() : begun);
  const [before, after] = [goodRecord(topic, idFor()), goodRecord(topic, idFor())];
  const value = poison.value(before.eventId);
  const sentAt = Date.now();
  const [, place] = await sendInOrder(topic, [before.value, value, after.value]);
  const letter = await eventually('a dead letter', () => place && letterAt(topic, place));
  expect(Date.now() - sentAt).toBeLessThanOrEqual(DEAD_WITHIN_MS);
  expect(letter.code).toBe(poison.code);
  // Byte for byte; jest would compare 5 MB for a minute.
  expect(value === null ? letter.value === null : letter.value?.equals(value)).toBe(true);
  await eventually('its neighbours are handled', () => handled([before, after]));
  await expectUp();
});

test('all kinds at once, each between good records, take bounded memory and hold nothing up', async () => {
  const before = memory('VmRSS');
  const goods: Good[] = [];
  const poisoned: { poison: Poison; placed: Placed[] }[] = [];
  const producer = await world.kafka.producer();
  for (const poison of POISON) {
    const { topic } = poison;
    const copies = poison.code === 'TOO_LARGE' ? OVERSIZED_COPIES : COPIES;
    const pairs = Array.from({ length: copies }, () => [goodRecord(topic, begun), goodRecord(topic, begun)] as const);
    const sent = pairs.map(async ([first, second]) => {
      const placed = await producer.send(inOrder(topic, [first.value, poison.value(first.eventId), second.value]));
      return placed[1] as Placed;
    });
    goods.push(...pairs.flat());
    poisoned.push({ poison, placed: await Promise.all(sent) });
  }
  await producer.close();
  for (const { poison, placed } of poisoned) {
    const { name, topic, code } = poison;
    await eventually(`${name} is dead`, async () => (await countAt(topic, placed, code)) === placed.length);
  }
  await eventually('all good records are handled', () => handled(goods));
  await expectUp();
  const more = memory('VmHWM') - before;
  const sent = OVERSIZED_COPIES * OVERSIZED_BYTES;
  process.stderr.write(
    `poison: ${String(poisoned.flatMap(({ placed }) => placed).length)} dead, ${String(goods.length)} good; ` +
      `resident ${String(Math.round(before / MIB))} MiB before, at most ${String(Math.round(more / MIB))} MiB more, ` +
      `while ${String(sent / MIB)} MiB came in records of 5 MiB\n`,
  );
  expect(more).toBeLessThan(MOST_MORE_BYTES);
});
