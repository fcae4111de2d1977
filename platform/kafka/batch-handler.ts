import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { ConsumeOptions, KafkaRecord } from '../../contracts/model/ports';
import { toReelwayError } from '../errors';
import type { Logger } from '../log';
import type { TopicNames } from './names';

/** Records given at once: one short transaction of the handler, well inside the session. */
const MAX_RECORDS = 500;
/** kafkajs sends heartbeats from inside the handler only; the session lasts 15 s. */
const BEAT_MS = 1_500;
const FIRST_BACK_OFF_MS = 250;
const LONGEST_BACK_OFF_MS = 20_000;

/**
 * The eachBatch of a consumer. Offsets are resolved and committed only after `onBatch` resolved. When it throws, the
 * partition is paused for a while and the same records come again; nothing it throws reaches kafkajs, which would end
 * the consumer for good on a TypeError. Only kafkajs's own errors (rebalance, lost coordinator) leave.
 */
export function createBatchHandler(options: Pick<ConsumeOptions, 'onBatch'>, names: TopicNames, log: Logger) {
  const failures = new Map<string, number>();
  const expected = new Map<string, bigint>();

  return async (payload: EachBatchPayload): Promise<void> => {
    const { batch } = payload;
    const topic = names.ofContract(batch.topic);
    const place = `${topic}/${String(batch.partition)}`;
    warnOfGap(expected.get(place), BigInt(batch.firstOffset() ?? -1), place, log);
    for (let from = 0; from < batch.messages.length; from += MAX_RECORDS) {
      if (!payload.isRunning() || payload.isStale()) return;
      const messages = batch.messages.slice(from, from + MAX_RECORDS);
      const outcome = await handle(payload, () => options.onBatch(messages.map(toRecord(topic, batch.partition))));
      if ('failure' in outcome) {
        const attempt = (failures.get(place) ?? 0) + 1;
        failures.set(place, attempt);
        backOff(payload, attempt, place, outcome.failure, log);
        return;
      }
      failures.delete(place);
      const last = messages.at(-1)?.offset ?? batch.lastOffset();
      expected.set(place, BigInt(last) + 1n);
      payload.resolveOffset(last);
      await payload.commitOffsetsIfNecessary(payload.uncommittedOffsets());
      if (outcome.lost !== null) throw outcome.lost;
      await payload.heartbeat();
    }
  };
}

type Outcome = { lost: Error | null } | { failure: unknown };

/** Runs the handler while heartbeats go on. lost: kafkajs said meanwhile that the group is rebalancing. */
async function handle(payload: EachBatchPayload, work: () => Promise<void>): Promise<Outcome> {
  let lost: Error | null = null;
  const beat = setInterval(() => {
    payload.heartbeat().catch((error: unknown) => {
      lost ??= error as Error;
    });
  }, BEAT_MS);
  try {
    await work();
    return { lost };
  } catch (error) {
    return { failure: error };
  } finally {
    clearInterval(beat);
  }
}

/** The other partitions go on meanwhile. */
function backOff(payload: EachBatchPayload, attempt: number, place: string, failure: unknown, log: Logger): void {
  const delayMs = Math.min(FIRST_BACK_OFF_MS * 2 ** (attempt - 1), LONGEST_BACK_OFF_MS);
  const error = toReelwayError(failure);
  log.warn({ err: error, code: error.code, place, attempt, delayMs }, 'records could not be taken; they come again');
  const resume = payload.pause();
  setTimeout(() => {
    try {
      resume();
    } catch {
      // The consumer was ended meanwhile; its successor starts at the committed offset, with nothing paused.
    }
  }, delayMs);
}

/** kafkajs jumps silently when an offset is out of range, for example after records expired before we read them. */
function warnOfGap(expected: bigint | undefined, first: bigint, place: string, log: Logger): void {
  if (expected === undefined || first < 0n || first <= expected) return;
  log.error({ place, expected: String(expected), found: String(first) }, 'records are missing between two offsets');
}

const toRecord =
  (topic: string, partition: number) =>
  (message: KafkaMessage): KafkaRecord => ({
    topic,
    partition,
    offset: message.offset,
    timestamp: message.timestamp,
    key: message.key,
    value: message.value,
    headers: textHeaders(message.headers ?? {}),
  });

/** A header that comes several times keeps its last value, as Kafka's own lastHeader does. */
function textHeaders(headers: NonNullable<KafkaMessage['headers']>): Record<string, string> {
  const text: Record<string, string> = {};
  for (const [name, values] of Object.entries(headers)) {
    const value = Array.isArray(values) ? values.at(-1) : values;
    if (value !== undefined) text[name] = value.toString();
  }
  return text;
}
