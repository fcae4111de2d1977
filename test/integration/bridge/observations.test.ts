import { randomUUID } from 'node:crypto';
import { startBridge, type Bridge } from '../../../bridge/inbound/bridge';
import { createIntake, type IntakeCounts } from '../../../bridge/inbound/intake';
import type { KafkaRecord } from '../../../contracts/model/ports';
import { OBSERVED_TOPICS, type ObservedTopic } from '../../../contracts/model/topics';
import { deleteExpiredObservations } from '../../../platform/postgres/observations';
import { createPool } from '../../../platform/postgres/pool';
import { bytesOf, messageFixtures, type FixtureKind } from '../../fixtures/messages/load';
import { eventually } from '../../support/eventually';
import { createWorld, type World } from '../../support/world';
import { deadLetters, recordOf, UNGUARDED } from './events';

// A busy machine with two cores.
jest.setTimeout(60_000);

let world: World;
let bridge: Bridge;

beforeAll(async () => {
  world = await createWorld();
  bridge = await startBridge({
    config: world.config,
    pool: world.pool,
    kafka: world.kafka,
    temporal: world.temporal.client,
    log: world.log,
  });
  await eventually('the bridge is ready', () => bridge.ready());
}, 60_000);

afterAll(async () => {
  await bridge.stop();
  await world.close();
}, 60_000);

interface Row {
  event_id: string;
  topic: string;
  business_key: string;
  entity_id: string | null;
  at: Date;
  payload: Record<string, unknown>;
  raw: Buffer;
}

async function observations(where: string, values: unknown[]): Promise<Row[]> {
  const { rows } = await world.pool.query<Row>(`SELECT * FROM observations WHERE ${where} ORDER BY row_id`, values);
  return rows;
}
const observed = (eventId: string) => observations('event_id = $1', [eventId]);
const rawOf = (raw: Buffer) => observations('raw = $1', [raw]);

/** The bytes of a fixture under an event id that no other record has; a flat body stays as it is. */
function fresh(topic: ObservedTopic, kind: FixtureKind): { name: string; expect: string; value: Buffer }[] {
  return messageFixtures(topic, kind).map((fixture) => {
    const text = bytesOf(fixture).toString();
    const value = Buffer.from(text.replace(/("event_id":\s*)"[^"]+"/, `$1"${randomUUID()}"`));
    return { name: fixture.name, expect: fixture.expect, value };
  });
}

async function send(topic: ObservedTopic, key: string | null, values: Buffer[]): Promise<void> {
  const producer = await world.kafka.producer();
  await producer.send(values.map((value) => ({ topic, key, value, headers: { authorization: 'Bearer x' } })));
  await producer.close();
}

describe.each(OBSERVED_TOPICS)('%s', (topic) => {
  test('stores each valid record once, byte for byte', async () => {
    const valid = fresh(topic, 'valid');
    await send(
      topic,
      'k',
      valid.map(({ value }) => value),
    );
    for (const { name, value } of valid) {
      const rows = await eventually(`${name} is stored`, async () => {
        const found = await rawOf(value);
        return found.length > 0 ? found : null;
      });
      expect(rows).toHaveLength(1);
      expect(rows[0]).toMatchObject({ topic, payload: expect.any(Object) as object });
      expect(rows[0]?.payload).not.toHaveProperty('added_later');
    }
  });

  test('buries each invalid or hostile one under its code', async () => {
    const bad = [...fresh(topic, 'invalid'), ...fresh(topic, 'hostile')];
    await send(
      topic,
      'k',
      bad.map(({ value }) => value),
    );
    for (const { name, value, expect: code } of bad) {
      const letter = await eventually(`${name} is dead`, async () =>
        (await deadLetters(world)).find((one) => one.value?.equals(value)),
      );
      expect(letter).toMatchObject({ code, headers: {} });
      expect(await rawOf(value)).toEqual([]);
    }
  });
});

const payment = (ref: string, over: object = {}) => ({
  subscriber_id: 'user-1',
  subscription_id: 's-1',
  event_type: 'payment.failed',
  amount: 150_000,
  currency: 'NGN',
  processor: 'PAYSTACK',
  processor_ref: ref,
  ...over,
});
const repeatsOf = async (eventId: string): Promise<unknown> => {
  const { rows } = await world.pool.query('SELECT repeats, outcome, content_id FROM event_ids WHERE event_id = $1', [
    eventId,
  ]);
  return rows[0];
};

test('a payment says whom it is about and which attempt it was', async () => {
  const eventId = await world.topics.send('payment.events', payment('ref-1'), { timestamp: '2026-01-02T03:04:05Z' });
  const [row] = await eventually('stored', async () => {
    const rows = await observed(eventId);
    return rows.length > 0 ? rows : null;
  });
  expect(row).toMatchObject({
    topic: 'payment.events',
    entity_id: 'user-1',
    business_key: '["PAYSTACK","ref-1","payment.failed"]',
    at: new Date('2026-01-02T03:04:05Z'),
    payload: payment('ref-1'),
  });
});

test('copies of an event are one row and counted; the same id with another payload is dead', async () => {
  const eventId = randomUUID();
  for (let copy = 0; copy < 3; copy++) await world.topics.send('payment.events', payment('ref-2'), { eventId });
  await world.topics.send('payment.events', payment('ref-2', { amount: 1 }), { eventId: eventId.toUpperCase() });
  await eventually('a dead letter', async () =>
    (await deadLetters(world)).some((letter) => letter.code === 'EVENT_ID_REUSED'),
  );
  expect(await observed(eventId)).toHaveLength(1);
  expect(await repeatsOf(eventId)).toEqual({ repeats: 2, outcome: 'stored', content_id: null });
});

test('the same flat body twice is one', async () => {
  const value = Buffer.from(JSON.stringify({ episodeId: randomUUID(), status: 'PENDING' }));
  await send('upload.media.processed', 'k', [value, value]);
  const [row] = await eventually('stored', async () => {
    const rows = await rawOf(value);
    return rows.length > 0 ? rows : null;
  });
  await eventually('the second is counted', async () => {
    const known = (await repeatsOf(row?.event_id ?? '')) as { repeats: number };
    return known.repeats === 1;
  });
  expect(await rawOf(value)).toHaveLength(1);
});

test('who may not send the topic, or uses our name, is dead', async () => {
  const wrong = await world.topics.send('payment.events', payment('ref-3'), { source: 'engagement-service' });
  const forged = await world.topics.send('payment.events', payment('ref-4'), { source: 'reelway' });
  await eventually('two dead letters', async () => {
    const { rows } = await world.pool.query<{ event_id: string; code: string }>(
      'SELECT event_id, code FROM dead_letters WHERE event_id = ANY($1)',
      [[wrong, forged]],
    );
    const codes = new Map(rows.map((row) => [row.event_id, row.code]));
    return codes.get(wrong) === 'SOURCE_NOT_ACCEPTED' && codes.get(forged) === 'FORGED_SOURCE';
  });
  expect([...(await observed(wrong)), ...(await observed(forged))]).toEqual([]);
});

test('nothing of it reaches the dispatcher but what a service says of media', async () => {
  const { rows } = await world.pool.query<{ topic: string }>('SELECT DISTINCT topic FROM inbox');
  expect(rows).toEqual([{ topic: 'upload.media.processed' }]);
});

test('a batch takes as many statements with one event as with five hundred', async () => {
  const counted = createPool({ url: world.config.postgres.url, poolSize: 1 });
  let statements = 0;
  counted.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    Object.assign(client, {
      query: (...args: unknown[]) => {
        statements++;
        return query(...args);
      },
    });
  });
  const taken: IntakeCounts[] = [];
  // The bridge of this file has none of it.
  const ALONE = 99;
  const intake = createIntake({
    pool: counted,
    log: world.log,
    lateFlag: 'hide',
    ...UNGUARDED,
    onTaken: (_topic, counts) => taken.push(counts),
  });
  const batch = (size: number): KafkaRecord[] =>
    Array.from({ length: size }, (_, index) => ({
      ...recordOf('payment.events', payment(`bulk-${String(index)}`), { eventId: randomUUID() }),
      partition: ALONE,
    }));
  const costOf = async (records: KafkaRecord[]): Promise<number> => {
    statements = 0;
    await intake(records);
    return statements;
  };
  const sentAgain = (records: KafkaRecord[]): KafkaRecord[] =>
    records.map((record) => ({ ...record, offset: String((offset += 1)) }));
  const [before, one, many] = [batch(1), batch(1), batch(500)];
  await costOf(before); // looks up where the partition stands
  const single = await costOf(one);
  expect(await costOf(many)).toBe(single);
  // BEGIN, row ids, identities, observations, notices, watermark, COMMIT.
  expect(single).toBe(7);
  let offset = Number(many.at(-1)?.offset);
  const repeated = await costOf(sentAgain(one));
  expect(await costOf(sentAgain(many))).toBe(repeated);
  await counted.end();
  expect(taken.slice(1)).toMatchObject([{ new: 1 }, { new: 500 }, { duplicate: 1 }, { duplicate: 500 }]);
});

test('what cannot be read again is deleted in bounded steps', async () => {
  await world.pool.query(
    `UPDATE observations SET expires_at = now() - interval '1 day' WHERE topic = 'payment.events'`,
  );
  const { rows } = await world.pool.query<{ n: string }>(
    `SELECT count(*) AS n FROM observations WHERE topic = 'payment.events'`,
  );
  const there = Number(rows[0]?.n);
  expect(there).toBeGreaterThan(500);
  expect(await deleteExpiredObservations(world.pool, 100)).toBe(100);
  expect(await deleteExpiredObservations(world.pool, 10_000)).toBe(there - 100);
  expect((await observations('true', [])).length).toBeGreaterThan(0);
});
