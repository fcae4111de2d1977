import type { KafkaProducer, NewContentNotices, OutgoingRecord } from '../../contracts/model/ports';
import { newContentRecords } from '../../platform/events/notices';

/**
 * Records of one request, far below the broker's limit of 1 MiB for a batch, which is one partition of a request: a topic
 * may have a single one.
 */
const MAX_BYTES = 700 * 1024;

/** The notices of new content, straight to Kafka. The producer is its own: announcements must not wait behind it. */
export const createNewContentNotices = (producer: KafkaProducer): NewContentNotices => ({
  tell: async (of, userIds) => {
    const record = newContentRecords(of);
    let batch: OutgoingRecord[] = [];
    let bytes = 0;
    for (const userId of userIds) {
      const next = record(userId);
      if (bytes + next.value.byteLength > MAX_BYTES) {
        await producer.send(batch);
        batch = [];
        bytes = 0;
      }
      batch.push(next);
      bytes += next.value.byteLength;
    }
    if (batch.length > 0) await producer.send(batch);
  },
});
