import { randomUUID } from 'node:crypto';
import { createIntake, type IntakeCounts } from '../../../bridge/inbound/intake';
import type { KafkaRecord } from '../../../contracts/model/ports';
import { createPool, type Pool } from '../../../platform/postgres/pool';
import { createWorld, type World } from '../../support/world';
import { deadLetters, newContentId, outcomesOf, recordOf, transcoded, UNGUARDED, upload } from './events';

const TOPIC = 'media.transcoded';
const DAY_MS = 24 * 60 * 60 * 1_000;

let world: World;
let counted: Pool;
let statements: string[] = [];
beforeAll(async () => {
  world = await createWorld();
  counted = createPool(world.config.postgres);
  counted.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    Object.assign(client, {
      query: (...args: unknown[]) => {
        statements.push(String(args[0]));
        return query(...args);
      },
    });
  });
}, 60_000);
afterAll(async () => {
  await counted.end();
  await world.close();
});

/** The intake of a bridge that has just started, and what it told of each batch. */
function newIntake(breaker = UNGUARDED.breaker) {
  const told: IntakeCounts[] = [];
  const take = createIntake({
    ...{ ...UNGUARDED, breaker, pool: counted, log: world.log, lateFlag: 'hide' as const },
    onTaken: (_topic, counts) => told.push(counts),
  });
  return { take, told };
}

let partition = 0;
/** As many events of one new content as are asked for, as they stand in a partition of their own. */
function eventsOf(count: number): { id: string; records: KafkaRecord[] } {
  const id = newContentId();
  partition += 1;
  const records = Array.from({ length: count }, (_, index) => {
    const record = recordOf(TOPIC, transcoded(id, index + 1), { eventId: randomUUID(), offset: index });
    return { ...record, partition, timestamp: String(Date.now()) };
  });
  return { id, records };
}

const markOf = async ({ topic, partition: of }: KafkaRecord) => {
  const { rows } = await world.pool.query<{ next: string; back: boolean; to: string | null }>(
    `SELECT next_offset::text AS next, went_back_at IS NOT NULL AS back, went_back_to::text AS to
     FROM partition_watermarks WHERE topic = $1 AND partition = $2`,
    [topic, of],
  );
  return rows[0];
};

/** Every version of the rows: an update of any kind changes it. */
const versionsOf = async (id: string): Promise<unknown> =>
  (
    await world.pool.query(
      'SELECT event_id, xmin::text, ctid::text FROM event_ids WHERE content_id = $1 ORDER BY row_id',
      [id],
    )
  ).rows;

test('handled records that are read again cost one question, and nothing is written', async () => {
  const { id, records } = eventsOf(400);
  const { take, told } = newIntake();
  await take(records.slice(0, 200));
  await take(records.slice(200));
  const before = await versionsOf(id);

  const other = newIntake();
  await other.take(records.slice(0, 100));
  statements = [];
  await other.take(records.slice(100, 400));
  expect(statements).toHaveLength(1);
  expect(statements[0]).toMatch(/^SELECT/);
  expect(await versionsOf(id)).toEqual(before);
  expect(told).toMatchObject([{ new: 200 }, { new: 200 }]);
  expect(other.told).toEqual([
    { new: 0, duplicate: 100, own: 0, dead: 0 },
    { new: 0, duplicate: 300, own: 0, dead: 0 },
  ]);
});

test('new records ask nothing about what was before', async () => {
  const { records } = eventsOf(20);
  const { take } = newIntake();
  await take(records.slice(0, 10));
  statements = [];
  await take(records.slice(10));
  expect(statements.filter((text) => /fingerprint = x|SET\s+went_back_at/.test(text))).toEqual([]);
});

test('that a partition went back is noted once, with the first record that came again', async () => {
  const { records } = eventsOf(30);
  await newIntake().take(records);
  expect(await markOf(records[0] as KafkaRecord)).toEqual({ next: '30', back: false, to: null });
  const { take } = newIntake();
  await take(records.slice(5, 10));
  await take(records.slice(10, 20));
  expect(await markOf(records[0] as KafkaRecord)).toEqual({ next: '30', back: true, to: '5' });
  await take(records.slice(2, 4));
  expect(await markOf(records[0] as KafkaRecord)).toEqual({ next: '30', back: true, to: '2' });
});

test('a copy that was sent again is counted, wherever its first one stands', async () => {
  const { id, records } = eventsOf(3);
  const { take, told } = newIntake();
  await take(records);
  await take(records.map((record, index) => ({ ...record, offset: String(3 + index) })));
  expect((await outcomesOf(world, id)).map(({ repeats }) => repeats)).toEqual([1, 1, 1]);
  expect(told).toMatchObject([{ new: 3 }, { duplicate: 3 }]);
});

test('among records that are read again, forgotten events are new and other bytes under a known id are refused', async () => {
  const { id, records } = eventsOf(6);
  await newIntake().take(records);
  const [first, second] = records as [KafkaRecord, KafkaRecord];
  const { event_id: forgotten } = JSON.parse(String(second.value)) as { event_id: string };
  await world.pool.query('DELETE FROM event_ids WHERE event_id = $1', [forgotten]);
  const changed = {
    ...first,
    value: Buffer.from(String(first.value).replace('"duration_seconds":1', '"duration_seconds":9')),
  };

  const { take, told } = newIntake();
  await take([changed, ...records.slice(1)]);
  expect(told).toEqual([
    { new: 1, duplicate: 0, own: 0, dead: 1 },
    { new: 0, duplicate: 4, own: 0, dead: 0 },
  ]);
  expect((await deadLetters(world, id)).map(({ code }) => code)).toEqual(['EVENT_ID_REUSED']);
});

test('the same event written in another way is looked at, and is a repeat', async () => {
  const { id, records } = eventsOf(1);
  await newIntake().take(records);
  const [record] = records as [KafkaRecord];
  const spaced = Buffer.from(JSON.stringify(JSON.parse(String(record.value)), null, 2));
  const { take, told } = newIntake();
  await take([{ ...record, value: spaced }]);
  expect(told).toEqual([{ new: 0, duplicate: 1, own: 0, dead: 0 }]);
  expect((await outcomesOf(world, id)).map(({ repeats }) => repeats)).toEqual([1]);
});

test('a record that outlives its identity is looked at, and the identity is kept longer', async () => {
  const { id, records } = eventsOf(1);
  await newIntake().take(records);
  const [record] = records as [KafkaRecord];
  const { rows } = await world.pool.query<{ expires: Date }>(
    `UPDATE event_ids SET expires_at = now() + interval '1 hour' WHERE content_id = $1 RETURNING expires_at AS expires`,
    [id],
  );
  const { take } = newIntake();
  await take([record]);
  const after = await world.pool.query<{ expires: Date }>(
    'SELECT expires_at AS expires FROM event_ids WHERE content_id = $1',
    [id],
  );
  expect(Number(after.rows[0]?.expires)).toBeGreaterThan(Number(rows[0]?.expires) + DAY_MS);
});

test('a record with a time that no calendar has holds nothing up when it is read again', async () => {
  const { records } = eventsOf(3);
  const absurd = records.map((record) => ({ ...record, timestamp: '1700000000000000000' }));
  await newIntake().take(absurd);
  const { take, told } = newIntake();
  await take(absurd);
  expect(told).toEqual([{ new: 0, duplicate: 3, own: 0, dead: 0 }]);
});

test('a flat body, which has no id, is known by its bytes', async () => {
  const value = Buffer.from(JSON.stringify({ episodeId: randomUUID(), status: 'PENDING' }));
  const template = recordOf('upload.media.processed', {}, { eventId: randomUUID(), offset: 0 });
  const record = { ...template, value, timestamp: String(Date.now()) };
  await newIntake().take([record]);
  const { take, told } = newIntake();
  statements = [];
  await take([record]);
  expect(told).toEqual([{ new: 0, duplicate: 1, own: 0, dead: 0 }]);
  expect(statements).toHaveLength(2);
});

test('bad records are a share of all that was read, known ones too', async () => {
  const { records } = eventsOf(40);
  const bad = Array.from({ length: 15 }, (_, index) => ({
    ...(records[0] as KafkaRecord),
    offset: String(40 + index),
    value: Buffer.from('not JSON'),
  }));
  const guarded = { minRecords: 20, share: 0.5 };
  await newIntake(guarded).take([...records, ...bad]);
  const { take, told } = newIntake({ ...guarded, minRecords: 10 });
  await take([...records, ...bad]);
  expect(told.at(-1)).toMatchObject({ duplicate: 40 });
});

test('an upload that is read again starts nothing', async () => {
  const id = newContentId();
  const record = recordOf('media.upload.initiated', upload(id), { eventId: randomUUID(), offset: 0 });
  await newIntake().take([record]);
  await newIntake().take([record]);
  const { rowCount } = await world.pool.query('SELECT 1 FROM inbox WHERE ordering_key = $1', [id]);
  expect(rowCount).toBe(1);
});
