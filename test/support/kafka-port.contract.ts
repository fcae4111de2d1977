import type { ConsumeOptions, Kafka, KafkaConsumer, KafkaRecord } from '../../contracts/model/ports';
import { eventually } from './eventually';

/** What one run of the suite is given. `name` is new each time: topics and groups are called by it. */
export interface KafkaPortSetting {
  name: string;
  kafka: Kafka;
  close(): Promise<void>;
}

const textOf = (record: KafkaRecord): string => record.value?.toString() ?? '';

/** What the rest of Reelway relies on. Every implementation of the port must pass it, also one that replaces kafkajs. */
export function testKafkaPort(open: () => Promise<KafkaPortSetting>): void {
  let setting: KafkaPortSetting;
  let kafka: Kafka;
  let count = 0;
  const consumers: KafkaConsumer[] = [];

  beforeAll(async () => {
    setting = await open();
    kafka = setting.kafka;
  });
  afterEach(async () => {
    await Promise.all(consumers.splice(0).map((consumer) => consumer.close()));
  });
  afterAll(() => setting.close());

  const newTopic = async (partitions = 1): Promise<string> => {
    const name = `port-${String((count += 1))}`;
    await kafka.createTopics([{ name, partitions, config: {} }]);
    return name;
  };
  const groupOf = (topic: string): string => `${setting.name}-${topic}`;
  const send = async (topic: string, ...keyed: [key: string | null, value: string][]) => {
    const producer = await kafka.producer();
    return producer.send(keyed.map(([key, value]) => ({ topic, key, value: Buffer.from(value), headers: {} })));
  };
  const consume = async (
    topic: string,
    onBatch: ConsumeOptions['onBatch'],
    more: Pick<ConsumeOptions, 'members'> = {},
  ) => {
    const consumer = await kafka.consume({ groupId: groupOf(topic), topics: [topic], onBatch, ...more });
    consumers.push(consumer);
    return consumer;
  };
  const committed = async (topic: string): Promise<(string | null)[]> =>
    (await kafka.lag(groupOf(topic), topic)).map((partition) => partition.committed);

  test('one key stays in one partition and in order, whoever sends at the same time', async () => {
    const topic = await newTopic(3);
    const producer = await kafka.producer();
    const sends = Array.from({ length: 60 }, (_, index) => ({ key: `k${String(index % 4)}`, value: String(index) }));
    await Promise.all(
      sends.map(({ key, value }) => producer.send([{ topic, key, value: Buffer.from(value), headers: {} }])),
    );
    const seen = new Map<string, string[]>();
    await consume(topic, (records) => {
      for (const record of records) {
        const key = record.key?.toString() ?? '';
        seen.set(key, [...(seen.get(key) ?? []), textOf(record)]);
      }
      return Promise.resolve();
    });
    await eventually('all of them', () => [...seen.values()].flat().length === sends.length);
    for (const [key, values] of seen) {
      expect(values).toEqual(sends.filter((one) => one.key === key).map(({ value }) => value));
    }
  });

  test('several members have all partitions together, as one consumer', async () => {
    const topic = await newTopic(4);
    const seen: string[] = [];
    const consumer = await consume(
      topic,
      (records) => {
        seen.push(...records.map(textOf));
        return Promise.resolve();
      },
      { members: 2 },
    );
    await eventually('all partitions', () => consumer.assignment()[topic]?.join() === '0,1,2,3');
    const sent = Array.from({ length: 40 }, (_, index) => String(index));
    await send(topic, ...sent.map((value): [string, string] => [`k${value}`, value]));
    await eventually('all records', () => new Set(seen).size === sent.length);
    await consumer.close();
    expect(consumer.assignment()).toEqual({});
    expect((await committed(topic)).reduce((sum, offset) => sum + Number(offset ?? 0), 0)).toBe(sent.length);
  });

  test('a send tells where each record landed; a topic that is not there is refused and not made', async () => {
    const topic = await newTopic();
    expect(await send(topic, ['a', 'one'], [null, 'two'])).toEqual([
      { partition: 0, offset: '0' },
      { partition: 0, offset: '1' },
    ]);
    await expect(send('port-absent', ['a', 'one'])).rejects.toMatchObject({ code: 'TOPIC_MISSING' });
    expect(await kafka.describeTopics(['port-absent'])).toEqual({ 'port-absent': null });
  });

  test('a record comes as it was sent: bytes, key or none, headers', async () => {
    const topic = await newTopic();
    const producer = await kafka.producer();
    const value = Buffer.from([0, 255, 128]);
    await producer.send([{ topic, key: null, value, headers: { 'event-id': 'é' } }]);
    const seen: KafkaRecord[] = [];
    await consume(topic, (records) => {
      seen.push(...records);
      return Promise.resolve();
    });
    const [record] = await eventually('the record', () => seen.length > 0 && seen);
    expect(record).toMatchObject({ topic, partition: 0, offset: '0', key: null, headers: { 'event-id': 'é' } });
    expect(record?.value?.equals(value)).toBe(true);
    expect(Math.abs(Date.now() - Number(record?.timestamp))).toBeLessThan(60_000);
  });

  test('offsets are committed only after the handler resolved', async () => {
    const topic = await newTopic();
    await send(topic, [null, 'one'], [null, 'two']);
    let goOn: (() => void) | undefined;
    await consume(topic, () => new Promise((resolve) => (goOn = resolve)));
    await eventually('the handler has the records', () => goOn);
    expect(await committed(topic)).toEqual([null]);
    goOn?.();
    await eventually('a commit', async () => (await committed(topic))[0] === '2');
  });

  test('a handler that throws gets the same records again; waiting() says why, until it took them', async () => {
    const topic = await newTopic();
    await send(topic, [null, 'one']);
    const batches: string[][] = [];
    let isMended = false;
    const consumer = await consume(topic, (records) => {
      batches.push(records.map(textOf));
      return isMended ? Promise.resolve() : Promise.reject(new TypeError('cannot'));
    });
    const waiting = await eventually('a second attempt', () => consumer.waiting().find((one) => one.attempts >= 2));
    expect(waiting).toMatchObject({ topic, partition: 0, error: { code: 'INTERNAL', message: 'cannot' } });
    expect(await committed(topic)).toEqual([null]);
    isMended = true;
    await eventually('a commit', async () => (await committed(topic))[0] === '1');
    expect(consumer.waiting()).toEqual([]);
    expect(new Set(batches.map((batch) => batch.join()))).toEqual(new Set(['one']));
  });

  test('while one partition waits the others go on', async () => {
    const topic = await newTopic(2);
    const landed = await send(
      topic,
      ...Array.from({ length: 20 }, (_, index): [string, string] => [`k${String(index)}`, 'x']),
    );
    const expected = landed.filter(({ partition }) => partition === 1).length;
    let good = 0;
    await consume(topic, (records) => {
      if (records[0]?.partition === 0) return Promise.reject(new Error('never'));
      good += records.length;
      return Promise.resolve();
    });
    await eventually('the other partition', async () => (await committed(topic))[1] === String(expected));
    expect([good, (await committed(topic))[0]]).toEqual([expected, null]);
  });

  test('close waits for the handler and leaves the group: a successor has its partitions and goes on behind', async () => {
    const topic = await newTopic(2);
    await send(topic, ['a', 'one']);
    const first = await consume(topic, () => Promise.resolve());
    await eventually('a commit', async () => (await committed(topic)).includes('1'));
    await first.close();
    expect(first.assignment()).toEqual({});
    await send(topic, ['a', 'two']);
    const seen: string[] = [];
    const second = await consume(topic, (records) => {
      seen.push(...records.map(textOf));
      return Promise.resolve();
    });
    await eventually('the second record', () => seen.length > 0);
    expect(seen).toEqual(['two']);
    expect(second.assignment()).toEqual({ [topic]: [0, 1] });
    expect(second.joins()).toBe(1);
    expect(Date.now() - second.lastHeartbeatAt()).toBeLessThan(10_000);
  });

  test('a topic that comes later is waited for', async () => {
    const seen: string[] = [];
    const consumer = await consume('port-later', (records) => {
      seen.push(...records.map(textOf));
      return Promise.resolve();
    });
    expect(consumer.assignment()).toEqual({});
    await kafka.createTopics([{ name: 'port-later', partitions: 1, config: {} }]);
    await send('port-later', [null, 'here']);
    await eventually('the record', () => seen[0] === 'here');
    expect(consumer.assignment()).toEqual({ 'port-later': [0] });
  });

  test('topics are made once, and described as they are', async () => {
    const wanted = { name: 'port-made', partitions: 2, config: { 'retention.ms': '60000' } };
    await kafka.createTopics([wanted]);
    await kafka.createTopics([{ ...wanted, partitions: 5 }]);
    expect(await kafka.describeTopics(['port-made', 'port-absent'])).toMatchObject({
      'port-made': { partitions: 2, config: { 'retention.ms': '60000' } },
      'port-absent': null,
    });
  });

  test('lag has every partition, also of a group that never was', async () => {
    const topic = await newTopic(2);
    const [landed] = await send(topic, ['a', 'one']);
    expect(await kafka.lag(groupOf(topic), topic)).toEqual(
      [0, 1].map((partition) => ({ partition, high: partition === landed?.partition ? '1' : '0', committed: null })),
    );
  });
}
