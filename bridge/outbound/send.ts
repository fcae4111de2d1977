import type { KafkaProducer } from '../../contracts/model/ports';
import { reached } from '../../platform/faults';
import { lockSending, markSent, unsentMilestones } from '../../platform/postgres/milestones';
import { inTransaction, type Pool } from '../../platform/postgres/pool';

/** One round holds a connection while Kafka answers; a long backlog goes in several. */
const ROUND = 200;

/**
 * Sends everything of a content that is not known to be in Kafka, the stored bytes in sequence order, and marks it;
 * returns how many. A lock per content is held meanwhile: an attempt that was given up and still runs cannot send
 * between. A process that stops while it holds the lock loses it with its idle transaction after 15 s.
 */
export async function sendUnsent(pool: Pool, producer: KafkaProducer, contentId: string): Promise<number> {
  let total = 0;
  for (;;) {
    const sent = await inTransaction(pool, async (db) => {
      await lockSending(db, contentId);
      const rows = await unsentMilestones(db, contentId, ROUND);
      if (rows.length === 0) return 0;
      const landed = await producer.send(
        rows.map(({ topic, recordKey, value, headers }) => ({ topic, key: recordKey, value, headers })),
      );
      await reached('announce.after-send');
      await markSent(
        db,
        rows.flatMap(({ eventId }, index) => {
          const place = landed[index];
          return place ? [{ eventId, ...place }] : [];
        }),
      );
      return rows.length;
    });
    total += sent;
    if (sent < ROUND) return total;
  }
}
