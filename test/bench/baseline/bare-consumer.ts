import { Kafka, logLevel } from 'kafkajs';

/** Reads a topic from its start with plain kafkajs, parses each value as JSON, and returns the ms from first to last. */
export async function bareConsumer(
  brokers: string[],
  topic: string,
  groupId: string,
  records: number,
): Promise<number> {
  const consumer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).consumer({ groupId, maxWaitTimeInMs: 500 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  let seen = 0;
  let began = 0;
  const ms = await new Promise<number>((resolve, reject) => {
    consumer
      .run({
        partitionsConsumedConcurrently: 4,
        eachBatch: ({ batch }) => {
          began ||= performance.now();
          for (const { value } of batch.messages) JSON.parse(value?.toString('utf8') ?? 'null');
          seen += batch.messages.length;
          if (seen >= records) resolve(performance.now() - began);
          return Promise.resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return ms;
}
