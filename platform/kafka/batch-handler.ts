import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import { ReelwayError } from '../../contracts/model/errors';
import { partitionName } from '../../contracts/model/topics';
import type { ConsumeOptions, KafkaRecord } from '../../contracts/model/ports';
import { toReelwayError } from '../errors';
import type { Logger } from '../log';
import { refusalOf, type Refusal } from './compression/refusal';
import type { Failures } from './failures';
import type { TopicNames } from './names';

/** Records given at once: one short transaction of the handler, well inside the session. */
const MAX_RECORDS = 500;
/** kafkajs sends heartbeats from inside the handler only; the session lasts 15 s. */
const BEAT_MS = 1_500;
/** While more is to be read. A commit is a write of the broker, which does one after the other for a whole group. */
const COMMIT_MS = 1_000;
const FIRST_BACK_OFF_MS = 250;
const LONGEST_BACK_OFF_MS = 20_000;

/**
 * The eachBatch of a consumer. Offsets are resolved and committed only after `onBatch` resolved. When it throws, the
 * partition is paused for a while and the same records come again; nothing it throws reaches kafkajs, which would end
 * the consumer for good on a TypeError. Only kafkajs's own errors (rebalance, lost coordinator) leave.
 * expected: the next offset of partitions, for as long as nobody else can have read them.
 */
export function createBatchHandler(
  { onBatch, recordsAtOnce = MAX_RECORDS }: Pick<ConsumeOptions, 'onBatch' | 'recordsAtOnce'>,
  names: TopicNames,
  failures: Failures,
  log: Logger,
  expected: Map<string, bigint>,
) {
  let committedAt = 0;
  const commit = async (payload: EachBatchPayload): Promise<void> => {
    committedAt = Date.now();
    await payload.commitOffsetsIfNecessary(payload.uncommittedOffsets());
  };

  return async (payload: EachBatchPayload): Promise<void> => {
    const { batch } = payload;
    const topic = names.ofContract(batch.topic);
    const place = partitionName(topic, batch.partition);
    const { records, refusal } = readable(batch.messages);
    if (records.length > 0) warnOfGap(expected.get(place), BigInt(batch.firstOffset() ?? -1), place, log);
    for (let from = 0; from < records.length; from += recordsAtOnce) {
      if (payload.isStale()) return;
      if (!payload.isRunning()) return commit(payload);
      const messages = records.slice(from, from + recordsAtOnce);
      const outcome = await handle(payload, () => onBatch(messages.map(toRecord(topic, batch.partition))));
      if ('failure' in outcome) {
        const error = toReelwayError(outcome.failure);
        backOff(payload, failures.add(topic, batch.partition, error), place, error, log);
        return commit(payload);
      }
      failures.clear(topic, batch.partition);
      const last = messages.at(-1)?.offset ?? batch.lastOffset();
      expected.set(place, BigInt(last) + 1n);
      payload.resolveOffset(last);
      const isLast = messages.at(-1) === records.at(-1) && (refusal !== null || batch.offsetLag() === '0');
      const isLeaving = outcome.lost !== null || !payload.isRunning();
      if (isLast || isLeaving || Date.now() - committedAt >= COMMIT_MS) await commit(payload);
      if (outcome.lost !== null) throw outcome.lost;
      await payload.heartbeat().catch(async (error: unknown) => {
        // The group is rebalancing: whoever comes next need not read again what is done.
        await commit(payload).catch(() => undefined);
        throw error;
      });
    }
    if (refusal?.error) {
      await commit(payload);
      const error = placed(refusal.error, refusal.head, place);
      backOff(payload, failures.add(topic, batch.partition, error), place, error, log);
    }
  };
}

/** The records up to a batch that was not read: what stands behind that must wait for it. */
function readable(messages: KafkaMessage[]): { records: KafkaMessage[]; refusal: Refusal | null } {
  for (const [index, message] of messages.entries()) {
    const refusal = refusalOf(message);
    if (refusal) return { records: messages.slice(0, index), refusal };
  }
  return { records: messages, refusal: null };
}

function placed(error: ReelwayError, { firstOffset, lastOffset }: Refusal['head'], place: string): ReelwayError {
  const where = `${place}, offsets ${String(firstOffset)} to ${String(lastOffset)}`;
  return new ReelwayError(error.code, `${where}: ${error.message}`, { cause: error });
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
function backOff(payload: EachBatchPayload, attempt: number, place: string, error: ReelwayError, log: Logger): void {
  const delayMs = Math.min(FIRST_BACK_OFF_MS * 2 ** (attempt - 1), LONGEST_BACK_OFF_MS);
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
