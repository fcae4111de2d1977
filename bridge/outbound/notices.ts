import type { Kafka, KafkaProducer } from '../../contracts/model/ports';
import { NOTICE_TOPIC } from '../../platform/events/notices';
import { reached } from '../../platform/faults';
import type { Logger } from '../../platform/log';
import { claimUnsentNotices, markNoticesSent } from '../../platform/postgres/notices';
import { inTransaction, type Pool } from '../../platform/postgres/pool';
import { startRounds, type Rounds } from '../rounds';

export interface NoticeSenderDeps {
  pool: Pool;
  kafka: Pick<Kafka, 'producer'>;
  log: Logger;
}

/** People hear within a second or two; one small statement each time. */
const EVERY_MS = 1_000;
/** One request to Kafka, while their rows are locked. */
const AT_ONCE = 500;

/** Sends what was requested, from whatever transaction it came. Several processes side by side share the work. */
export async function startNoticeSender({ pool, kafka, log }: NoticeSenderDeps): Promise<Rounds> {
  const producer = await kafka.producer();
  const round = async (): Promise<void> => {
    try {
      const sent = await sendNotices(pool, producer);
      if (sent > 0) log.debug({ sent }, 'notices were sent');
    } catch (error) {
      log.warn({ err: error }, 'notices could not be sent; the next round tries again');
    }
  };
  const rounds = startRounds(round, EVERY_MS);
  return {
    stop: async () => {
      await rounds.stop();
      await producer.close();
    },
  };
}

/**
 * Sends the stored bytes of all that is unsent, of one content or of all, and marks it; returns how many. What another
 * sender has under way is left to it.
 */
export async function sendNotices(
  pool: Pool,
  producer: KafkaProducer,
  { contentId = null }: { contentId?: string | null } = {},
): Promise<number> {
  let total = 0;
  for (;;) {
    const sent = await inTransaction(pool, async (db) => {
      const claimed = await claimUnsentNotices(db, { contentId, limit: AT_ONCE });
      const rows = firstThatFit(claimed);
      if (rows.length === 0) return { count: 0, more: false };
      const landed = await producer.send(
        rows.map(({ userId, value, headers }) => ({ topic: NOTICE_TOPIC, key: userId, value, headers })),
      );
      await reached('notices.after-send');
      await markNoticesSent(
        db,
        rows.flatMap(({ eventId }, index) => {
          const place = landed[index];
          return place ? [{ eventId, ...place }] : [];
        }),
      );
      return { count: rows.length, more: claimed.length === AT_ONCE || rows.length < claimed.length };
    });
    total += sent.count;
    if (!sent.more) return total;
  }
}

/** Below Kafka's usual limit of 1 MiB for a batch, with room for headers and framing. */
const MAX_BYTES = 700 * 1024;

/** All of one user share a partition, and so a batch. At least one. */
function firstThatFit<T extends { value: Buffer }>(rows: T[]): T[] {
  let bytes = 0;
  const end = rows.findIndex(({ value }, index) => {
    bytes += value.byteLength;
    return index > 0 && bytes > MAX_BYTES;
  });
  return end === -1 ? rows : rows.slice(0, end);
}
