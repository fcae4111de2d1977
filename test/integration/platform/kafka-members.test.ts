import { AssignerProtocol, Kafka as KafkaJs, logLevel } from 'kafkajs';
import type { Kafka, KafkaConsumer } from '../../../contracts/model/ports';
import { createKafka } from '../../../platform/kafka/kafka';
import { createLog } from '../../../platform/log';
import { eventually } from '../../support/eventually';
import { createWorld, type World } from '../../support/world';

// Rebalances of a group take seconds.
jest.setTimeout(90_000);

const PARTITIONS = 4;

let world: World;
let kafka: Kafka;
const lines: string[] = [];
beforeAll(async () => {
  world = await createWorld({ uses: ['kafka'] });
  const log = createLog({ level: 'error' }, {}, { write: (line: string) => void lines.push(line) });
  kafka = createKafka(world.config.kafka, log);
});
afterAll(async () => {
  await kafka.close();
  await world.close();
});

const newTopic = async (name: string): Promise<string> => {
  await kafka.createTopics([{ name, partitions: PARTITIONS, config: {} }]);
  return name;
};

const join = (topic: string, members: number): Promise<KafkaConsumer> =>
  kafka.consume({ groupId: `${world.name}-${topic}`, topics: [topic], members, onBatch: () => Promise.resolve() });

/** So many records that every partition has some, read and committed. */
async function sendAndRead(topic: string): Promise<void> {
  const producer = await kafka.producer();
  const records = Array.from({ length: 40 }, (_, index) => ({
    ...{ topic, key: `k${String(index)}`, value: Buffer.from('x'), headers: {} },
  }));
  const landed = await producer.send(records);
  expect(new Set(landed.map(({ partition }) => partition)).size).toBe(PARTITIONS);
  await eventually('all is read', async () =>
    (await kafka.lag(`${world.name}-${topic}`, topic)).every(({ high, committed }) => committed === high),
  );
}

const partitionsOf = (consumer: KafkaConsumer, topic: string): number => consumer.assignment()[topic]?.length ?? 0;

test('the members of one consumer are members of the group, and share its partitions', async () => {
  const topic = await newTopic('members-share');
  const consumer = await join(topic, 2);
  const admin = new KafkaJs({ brokers: [...world.config.kafka.brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const shares = async (): Promise<number[]> => {
    const { groups } = await admin.describeGroups([`${world.name}-${topic}`]);
    return (groups[0]?.members ?? []).map(({ memberAssignment }) => {
      const assigned = memberAssignment.length > 0 ? AssignerProtocol.MemberAssignment.decode(memberAssignment) : null;
      return Object.values(assigned?.assignment ?? {}).flat().length;
    });
  };
  await eventually('each has its half', async () => (await shares()).join() === '2,2');
  await admin.disconnect();
  await consumer.close();
});

test('a partition that others read meanwhile, and that comes back, misses no records', async () => {
  const topic = await newTopic('members-return');
  const first = await join(topic, 1);
  await eventually('it has all', () => partitionsOf(first, topic) === PARTITIONS);
  await sendAndRead(topic);
  const second = await join(topic, 1);
  await eventually('they share', () => partitionsOf(first, topic) === 2 && partitionsOf(second, topic) === 2);
  await sendAndRead(topic);
  await second.close();
  await eventually('it has all again', () => partitionsOf(first, topic) === PARTITIONS);
  await sendAndRead(topic);
  await first.close();
  expect(lines.filter((line) => line.includes('records are missing'))).toEqual([]);
});
