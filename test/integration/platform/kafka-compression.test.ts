import type { KafkaConsumer } from '../../../contracts/model/ports';
import { eventually } from '../../support/eventually';
import { sendBatch, sendZstd, zstdBomb } from '../../support/raw-kafka';
import { createWorld, type World } from '../../support/world';

/** Asked of the topic, so that the broker compresses anew what it is sent: with the very classes of the Java client. */
const COMPRESSIONS = ['gzip', 'snappy', 'lz4', 'zstd'];

let world: World;
const consumers: KafkaConsumer[] = [];

beforeAll(async () => {
  world = await createWorld({ uses: [] });
});
afterEach(async () => {
  await Promise.all(consumers.splice(0).map((consumer) => consumer.close()));
});
afterAll(() => world.close());

const create = (name: string, config: Record<string, string>, partitions = 1): Promise<void> =>
  world.kafka.createTopics([{ name, partitions, config }]);

interface Seen {
  consumer: KafkaConsumer;
  values: string[];
}
async function read(topic: string): Promise<Seen> {
  const values: string[] = [];
  const consumer = await world.kafka.consume({
    groupId: `${world.name}-${topic}`,
    topics: [topic],
    onBatch: (records) => {
      values.push(...records.map((record) => record.value?.toString() ?? ''));
      return Promise.resolve();
    },
  });
  consumers.push(consumer);
  return { consumer, values };
}
const committed = async (topic: string): Promise<(string | null)[]> =>
  (await world.kafka.lag(`${world.name}-${topic}`, topic)).map((partition) => partition.committed);

test.each(COMPRESSIONS)('batches in %s are read, small and large, and go on behind a restart', async (type) => {
  await create(type, { 'compression.type': type });
  const large = Array.from({ length: 3_000 }, (_, index) => JSON.stringify({ n: index, text: `reelway ${type}` }));
  const sent = ['one', 'ünïcode', '', ...large];
  await sendBatch(world, type, ['one', 'ünïcode', '']);
  await sendBatch(world, type, large);
  const first = await read(type);
  await eventually('all of it', () => first.values.length === sent.length);
  expect(first.values).toEqual(sent);
  await eventually('a commit', async () => (await committed(type))[0] === String(sent.length));
  await first.consumer.close();
  await sendBatch(world, type, ['later']);
  const second = await read(type);
  await eventually('the rest', () => second.values.length > 0);
  expect(second.values).toEqual(['later']);
});

test('a batch that would need too much memory waits; what stands before it and other partitions go on', async () => {
  await create('bomb', {}, 2);
  await sendBatch(world, 'bomb', ['before']);
  await sendZstd(world, 'bomb', zstdBomb());
  await sendBatch(world, 'bomb', ['behind']);
  await sendBatch(world, 'bomb', ['neighbour'], { partition: 1 });
  const { consumer, values } = await read('bomb');
  const waiting = await eventually('a partition that waits', () =>
    consumer.waiting().find(({ attempts }) => attempts >= 2 && values.length === 2),
  );
  expect(waiting).toMatchObject({ topic: 'bomb', partition: 0, error: { code: 'BATCH_TOO_LARGE' } });
  expect(waiting.error.message).toContain('bomb/0, offsets 1 to 1');

  await sendBatch(world, 'bomb', ['still going on'], { partition: 1 });
  await eventually('the neighbour', async () => (await committed('bomb')).join() === '1,2');
  expect([...values].sort()).toEqual(['before', 'neighbour', 'still going on']);
});
