import type { ConsumeOptions, Kafka, KafkaConsumer, KafkaRecord } from '../../../contracts/model/ports';
import { createKafka } from '../../../platform/kafka/kafka';
import { eventually } from '../../support/eventually';
import { createWorld, type World } from '../../support/world';

let world: World;
let kafka: Kafka;
let count = 0;
const consumers: KafkaConsumer[] = [];

beforeAll(async () => {
  world = await createWorld({ uses: [] });
  kafka = world.kafka;
});
afterEach(async () => {
  await Promise.all(consumers.splice(0).map((consumer) => consumer.close()));
});
afterAll(() => world.close());

async function newTopic(partitions = 1, prefix = 'topic'): Promise<string> {
  const name = `${prefix}-${String((count += 1))}`;
  await kafka.createTopics([{ name, partitions, config: {} }]);
  return name;
}
async function send(topic: string, ...values: string[]): Promise<void> {
  const producer = await kafka.producer();
  await producer.send(values.map((value) => ({ topic, key: null, value: Buffer.from(value), headers: {} })));
}
async function consume(
  topic: string,
  onBatch: ConsumeOptions['onBatch'],
  groupId = `${world.name}-${topic}`,
): Promise<KafkaConsumer> {
  const consumer = await kafka.consume({ groupId, topics: [topic], onBatch });
  consumers.push(consumer);
  return consumer;
}
const textOf = (record: KafkaRecord): string => record.value?.toString() ?? '';
const committed = async (topic: string, groupId = `${world.name}-${topic}`): Promise<(string | null)[]> =>
  (await kafka.lag(groupId, topic)).map((partition) => partition.committed);

describe('producer', () => {
  test('tells where each record landed, in the order given', async () => {
    const topic = await newTopic(3);
    const producer = await kafka.producer();
    const keys = ['a', 'b', 'c', 'd', 'a', 'b'];
    const landed = await producer.send(
      keys.map((key, index) => ({ topic, key, value: Buffer.from(String(index)), headers: { n: String(index) } })),
    );
    const seen = new Map<string, string>();
    await consume(topic, (records) => {
      for (const record of records) seen.set(`${String(record.partition)}/${record.offset}`, textOf(record));
      return Promise.resolve();
    });
    await eventually('all six', () => seen.size === keys.length);
    expect(landed.map(({ partition, offset }) => seen.get(`${String(partition)}/${offset}`))).toEqual(
      keys.map((_, index) => String(index)),
    );
    expect(landed[0]?.partition).toBe(landed[4]?.partition);
  });

  test('tells it too where many send at the same time', async () => {
    const topic = await newTopic(3);
    const producer = await kafka.producer();
    const values = Array.from({ length: 60 }, (_, index) => String(index));
    const landed = await Promise.all(
      values.map((value, index) =>
        producer.send([{ topic, key: `k${String(index % 7)}`, value: Buffer.from(value), headers: {} }]),
      ),
    );
    const seen = new Map<string, string>();
    await consume(topic, (records) => {
      for (const record of records) seen.set(`${String(record.partition)}/${record.offset}`, textOf(record));
      return Promise.resolve();
    });
    await eventually('all of them', () => seen.size === values.length);
    expect(landed.flat().map(({ partition, offset }) => seen.get(`${String(partition)}/${offset}`))).toEqual(values);
  });

  test('many senders at once keep their order', async () => {
    const topic = await newTopic();
    const producer = await kafka.producer();
    const values = Array.from({ length: 1_200 }, (_, index) => String(index));
    await Promise.all(
      values.map((value) => producer.send([{ topic, key: 'k', value: Buffer.from(value), headers: {} }])),
    );
    const seen: string[] = [];
    await consume(topic, (records) => {
      seen.push(...records.map(textOf));
      return Promise.resolve();
    });
    await eventually('all values', () => seen.length === values.length);
    expect(seen).toEqual(values);
  });

  test('a topic that is not there is told and not created; the next send goes through', async () => {
    const topic = await newTopic();
    const producer = await kafka.producer();
    const record = { key: null, value: Buffer.from('x'), headers: {} };
    await expect(producer.send([{ ...record, topic: 'absent' }])).rejects.toMatchObject({ code: 'TOPIC_MISSING' });
    await expect(producer.send([{ ...record, topic }])).resolves.toEqual([{ partition: 0, offset: '0' }]);
    expect(await kafka.describeTopics(['absent'])).toEqual({ absent: null });
  });

  test('a record over the broker’s limit is told, and hurts nobody else', async () => {
    const topic = await newTopic();
    const producer = await kafka.producer();
    const record = (value: Buffer) => ({ topic, key: null, value, headers: {} });
    const [large, small] = await Promise.allSettled([
      producer.send([record(Buffer.alloc(2 * 1024 * 1024))]),
      producer.send([record(Buffer.from('small'))]),
    ]);
    expect(large).toMatchObject({ status: 'rejected', reason: { code: 'MILESTONE_TOO_LARGE' } });
    expect(small).toMatchObject({ status: 'fulfilled', value: [{ partition: 0 }] });
  });
});

describe('consumer', () => {
  test.each([
    ['an error', () => new Error('no')],
    ['a TypeError, which alone would end kafkajs', () => new TypeError('no')],
  ])('after %s the same records come again and nothing was committed', async (_, thrown) => {
    const topic = await newTopic();
    await send(topic, 'one', 'two');
    const batches: string[][] = [];
    const offsets: (string | null)[] = [];
    await consume(topic, async (records) => {
      batches.push(records.map(textOf));
      if (batches.length <= 2) throw thrown();
      offsets.push(...(await committed(topic)));
    });
    await eventually('a commit', async () => (await committed(topic))[0] === '2');
    expect(batches).toEqual([
      ['one', 'two'],
      ['one', 'two'],
      ['one', 'two'],
    ]);
    expect(offsets).toEqual([null]);
  });

  test('headers are text, a record without value or key is given as such', async () => {
    const topic = await newTopic();
    const producer = await kafka.producer();
    await producer.send([{ topic, key: null, value: null as never, headers: { 'event-id': 'é' } }]);
    const seen: KafkaRecord[] = [];
    await consume(topic, (records) => {
      seen.push(...records);
      return Promise.resolve();
    });
    await eventually('the record', () => seen.length > 0);
    expect(seen).toEqual([
      expect.objectContaining({ topic, offset: '0', key: null, value: null as never, headers: { 'event-id': 'é' } }),
    ]);
  });
});

test('creating topics again, or by two at once, changes nothing', async () => {
  const topics = ['twice-a', 'twice-b'].map((name) => ({ name, partitions: 2, config: { 'retention.ms': '60000' } }));
  await Promise.all([kafka.createTopics(topics), kafka.createTopics(topics)]);
  await kafka.createTopics(topics.map((topic) => ({ ...topic, partitions: 5 })));
  expect(await kafka.describeTopics(['twice-a'])).toMatchObject({
    'twice-a': { partitions: 2, config: { 'retention.ms': '60000' } },
  });
});

test('brokers that are away are named within seconds', async () => {
  const away = createKafka({ brokers: ['127.0.0.1:1'], topicPrefix: '' }, world.log);
  const told = { code: 'SERVICE_UNREACHABLE', message: expect.stringContaining('Kafka at 127.0.0.1:1') as unknown };
  const producer = await away.producer();
  const [sent, described] = await Promise.allSettled([
    producer.send([{ topic: 't', key: null, value: Buffer.from('x'), headers: {} }]),
    away.describeTopics(['t']),
  ]);
  expect([sent, described]).toMatchObject([{ reason: told }, { reason: told }]);
  await away.close();
});
