import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack } from '../../../local/stack/start';
import type { Stack } from '../../../local/stack/types';
import type { Kafka } from '../../../contracts/model/ports';
import { createKafka } from '../../../platform/kafka/kafka';
import { createLog } from '../../../platform/log';
import { eventually } from '../../support/eventually';

/** A broker that was killed takes a while to recover its log on a busy machine. */
const HEALED_WITHIN_MS = 60_000;
const TOPIC = 'outage';

let stack: Stack;
let kafka: Kafka;
const dir = mkdtempSync(join(tmpdir(), 'reelway-outage-'));

beforeAll(async () => {
  stack = await startStack({ parts: ['kafka'], dir, useEnvironment: false });
  kafka = createKafka({ brokers: [...stack.kafka.brokers], topicPrefix: '' }, createLog({ level: 'silent' }));
}, 120_000);
afterAll(async () => {
  await kafka.close();
  await stack.stop();
  rmSync(dir, { recursive: true, force: true });
}, 120_000);

test('after the broker was killed and is back, producer and consumer go on by themselves', async () => {
  await kafka.createTopics([{ name: TOPIC, partitions: 2, config: {} }]);
  const producer = await kafka.producer();
  const send = (value: string) => producer.send([{ topic: TOPIC, key: value, value: Buffer.from(value), headers: {} }]);
  const seen: string[] = [];
  const consumer = await kafka.consume({
    groupId: 'outage',
    topics: [TOPIC],
    onBatch: (records) => {
      seen.push(...records.map((record) => record.value?.toString() ?? ''));
      return Promise.resolve();
    },
  });
  await send('before');
  await eventually('the record before', () => seen.includes('before'));

  await stack.kill('kafka', 'SIGKILL');
  await expect(send('lost')).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
  await expect(kafka.lag('outage', TOPIC)).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });

  await stack.restart('kafka');
  await eventually('a send goes through', () => send('after'), HEALED_WITHIN_MS);
  await eventually('the record after', () => seen.includes('after'), HEALED_WITHIN_MS);
  expect(consumer.assignment()).toEqual({ [TOPIC]: [0, 1] });
  await eventually('no lag', async () =>
    (await kafka.lag('outage', TOPIC)).every(({ high, committed }) => high === (committed ?? '0')),
  );
}, 240_000);
