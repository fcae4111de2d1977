import fc from 'fast-check';
import { Partitioners } from 'kafkajs';
import { defaultPartitioner } from '../../../platform/kafka/partitioner';

const partitionMetadata = (count: number) =>
  Array.from({ length: count }, (_, partitionId) => ({
    ...{ partitionId, leader: 1, partitionErrorCode: 0 },
    ...{ replicas: [1], isr: [1] },
  }));

const anyKey = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.uuid(),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
);

test('every key lands where other clients of Kafka put it', () => {
  const [ours, theirs] = [defaultPartitioner(), Partitioners.DefaultPartitioner()];
  fc.assert(
    fc.property(anyKey, fc.integer({ min: 1, max: 100 }), (key, count) => {
      const args = { topic: 't', partitionMetadata: partitionMetadata(count), message: { key, value: null } };
      expect(ours(args)).toBe(theirs(args));
    }),
    { numRuns: 5_000 },
  );
});

test('records without a key take turns', () => {
  const choose = defaultPartitioner();
  const args = { topic: 't', partitionMetadata: partitionMetadata(3), message: { key: null, value: null } };
  expect(new Set([choose(args), choose(args), choose(args)])).toEqual(new Set([0, 1, 2]));
});
