import { readFileSync } from 'node:fs';
import { eventually } from '../../support/eventually';
import type { ReelwayProcess } from '../../support/processes';
import { configureTopic, sendBatch, sendZstd, zstdBomb, zstdOfTwoFrames } from '../../support/raw-kafka';
import { createWorld, type World } from '../../support/world';
import { deadLetters } from './events';
import { goodRecord, type Good } from './poison-kinds';

const RETENTION_MS = '604800000';
const RECORDS = 300;
const MIB = 1024 * 1024;
/** What the codecs may take for one response, and the heap that follows. */
const MOST_MORE_BYTES = 256 * MIB;

let world: World;
let bridge: ReelwayProcess;

beforeAll(async () => {
  world = await createWorld({ partitions: 2 });
  bridge = await world.spawnReelway(['bridge']);
});
afterAll(() => world.close());

const PAYMENTS = 'payment.events';
const goodPayments = (): Good[] => Array.from({ length: RECORDS }, () => goodRecord(PAYMENTS, ''));
const textsOf = (goods: Good[]): string[] => goods.map(({ value }) => value.toString('utf8'));
const stored = async (goods: Good[]): Promise<boolean> => {
  const sql = `SELECT 1 FROM event_ids WHERE event_id = ANY($1) AND outcome = 'stored'`;
  return (await world.pool.query(sql, [goods.map(({ eventId }) => eventId)])).rowCount === goods.length;
};

/** `held` of its health: what stands still, and why. */
async function held(): Promise<string[]> {
  const health = (await (await fetch(`${bridge.url}/health/ready`)).json()) as { held: string[] };
  return health.held;
}

async function expectUp(): Promise<void> {
  expect((await fetch(`${bridge.url}/health/live`)).status).toBe(200);
  expect(bridge.log().match(/joined the consumer group/g)).toHaveLength(1);
}

const committed = async (topic: string): Promise<(string | null)[]> => {
  const partitions = await world.kafka.lag(world.config.kafka.groupId, topic);
  return partitions.toSorted((left, right) => left.partition - right.partition).map((one) => one.committed);
};

const mostResident = (): number =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(bridge.pid)}/status`, 'utf8'))?.[1]) * 1024;

test.each(['snappy', 'lz4', 'zstd'])(
  'a batch that its topic compresses with %s is read, and none of it is dead',
  async (type) => {
    // The broker compresses anew what it is sent, with the classes of the Java client.
    await configureTopic(world, PAYMENTS, { 'compression.type': type, 'retention.ms': RETENTION_MS });
    await eventually('the topic says so', async () => {
      const described = await world.kafka.describeTopics([PAYMENTS]);
      return described[PAYMENTS]?.config['compression.type'] === type;
    });
    const goods = goodPayments();
    await sendBatch(world, PAYMENTS, textsOf(goods));
    await eventually('all are stored', () => stored(goods));
    expect(await deadLetters(world)).toEqual([]);
    expect(await held()).toEqual([]);
    await expectUp();
  },
);

test.each([
  { what: 'would become 80 MiB', code: 'BATCH_TOO_LARGE', topic: 'media.transcoded', bytes: zstdBomb },
  {
    what: 'cannot be taken apart',
    code: 'BATCH_UNREADABLE',
    topic: 'engagement.subscription.changed',
    bytes: zstdOfTwoFrames,
  },
] as const)('a batch that $what holds its partition alone, as $code', async ({ code, topic, bytes }) => {
  const before = mostResident();
  await sendBatch(world, topic, ['not JSON']);
  await sendZstd(world, topic, bytes());
  await sendBatch(world, topic, ['behind it']);
  await eventually('its partition waits', async () =>
    (await held()).some((line) => line.startsWith(`${code} ${topic}/0`)),
  );
  const told = (await held()).filter((line) => line.includes(`${topic}/0`));
  expect(told).toEqual([expect.stringContaining(`${topic}/0, offsets 1 to 1`)]);
  expect(bridge.log()).toContain(`"code":"${code}","place":"${topic}/0"`);

  // What stood before it was taken, other partitions and topics go on, and nothing behind it was.
  await sendBatch(world, topic, ['not JSON either'], { partition: 1 });
  await eventually('the neighbour', async () => (await committed(topic)).join() === '1,1');
  const goods = goodPayments();
  await sendBatch(world, PAYMENTS, textsOf(goods), { partition: 1 });
  await eventually('another topic', () => stored(goods));
  const values = (await deadLetters(world)).map(({ value }) => value?.toString());
  expect(values.slice(-2)).toEqual(['not JSON', 'not JSON either']);
  expect(mostResident() - before).toBeLessThan(MOST_MORE_BYTES);
  await expectUp();
});
