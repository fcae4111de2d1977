import type { KafkaRecord } from '../../contracts/model/ports';
import { LAST_MS } from '../../contracts/model/record-time';
import { partitionName, topicRow } from '../../contracts/model/topics';
import { recordFingerprint } from '../../contracts/schema/fingerprint';
import { findUnknown, type SeenRecord } from '../../platform/postgres/event-ids';
import type { Pool } from '../../platform/postgres/pool';
import { noteReadFrom } from '../../platform/postgres/watermarks';
import { CONSUMER, isConsumed } from './routes';

/** What this process knows of how far the partitions were taken in. */
export interface ReadAgain {
  /**
   * The records that must be looked at. The others stand below the watermark and are, byte for byte, records whose
   * event we remember for as long as they can be read: they were handled, and reading them again changes nothing.
   */
  unknown(records: KafkaRecord[]): Promise<KafkaRecord[]>;
  /** All of these were taken in, and that is committed. */
  taken(records: KafkaRecord[]): void;
}

interface Place {
  /** As far as we know: another bridge may have moved it. */
  watermark: bigint;
  /** The offset after the last record that we took in; null: we had none. */
  next: bigint | null;
}

/** Asks Postgres nothing while records are new, and one question per batch while a partition is read again. */
export function createReadAgain(pool: Pool): ReadAgain {
  const places = new Map<string, Place>();
  return {
    unknown: async (records) => {
      const [first] = records;
      if (!first) return [];
      const name = partitionName(first.topic, first.partition);
      const place = places.get(name);
      const from = BigInt(first.offset);
      // Where it goes on from, Postgres need not hear again.
      const goesOn = place !== undefined && place.next !== null && from >= place.next;
      const watermark = goesOn ? place.watermark : ((await noteReadFrom(pool, first)) ?? 0n);
      if (!goesOn) places.set(name, { watermark, next: null });
      return from < watermark ? withoutKnown(pool, records, watermark) : records;
    },
    taken: (records) => {
      const [first] = records;
      const last = records.at(-1);
      const place = first && places.get(partitionName(first.topic, first.partition));
      if (!place || !last) return;
      place.next = BigInt(last.offset) + 1n;
      if (place.next > place.watermark) place.watermark = place.next;
    },
  };
}

async function withoutKnown(pool: Pool, records: KafkaRecord[], watermark: bigint): Promise<KafkaRecord[]> {
  const others: KafkaRecord[] = [];
  const below: KafkaRecord[] = [];
  const seen: SeenRecord[] = [];
  for (const record of records) {
    const one = BigInt(record.offset) < watermark ? seenRecord(record) : null;
    if (one) {
      seen.push(one);
      below.push(record);
    } else others.push(record);
  }
  if (seen.length === 0) return records;
  const unknown = await findUnknown(pool, CONSUMER, seen, readableUntil(below));
  if (unknown.length === 0) return others;
  const toLookAt = new Set([...others, ...unknown.map((position) => below[position])]);
  return records.filter((record) => toLookAt.has(record));
}

/** Text that may stand for an event's id. A wrong one finds other bytes, or none. */
const EVENT_ID = /"event_id"\s*:\s*"([0-9a-fA-F-]{36})"/;
/** An id that stands further behind is found by whoever looks at the record as a whole. */
const LOOK_AT_BYTES = 4_096;

function seenRecord({ topic, key, value }: KafkaRecord): SeenRecord | null {
  if (!value || !isConsumed(topic)) return null;
  const fingerprint = recordFingerprint(topic, { key, value });
  const eventId = EVENT_ID.exec(value.toString('latin1', 0, LOOK_AT_BYTES))?.[1]?.toLowerCase();
  if (eventId !== undefined) return { eventId, fingerprint };
  return topicRow(topic).flat === true ? { eventId: fingerprint, fingerprint } : null;
}

/** When the youngest of one topic's records leaves it, ms since 1970. */
function readableUntil(records: KafkaRecord[]): number {
  const topic = records[0]?.topic ?? '';
  const retentionMs = isConsumed(topic) ? topicRow(topic).retentionMs : 0;
  const youngest = records.reduce((latest, { timestamp }) => Math.max(latest, Number(timestamp)), 0);
  return Math.min(youngest + retentionMs, LAST_MS);
}
