import { Kafka, logLevel, Partitioners, type Message } from 'kafkajs';

export interface BareProducer {
  /** Sends batches of so many, one after the other, acks all. */
  send(topic: string, messages: Message[], batch: number): Promise<void>;
  close(): Promise<void>;
}

export async function bareProducer(brokers: string[]): Promise<BareProducer> {
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  return {
    send: async (topic, messages, batch) => {
      for (let from = 0; from < messages.length; from += batch) {
        await producer.send({ topic, acks: -1, messages: messages.slice(from, from + batch) });
      }
    },
    close: () => producer.disconnect(),
  };
}
