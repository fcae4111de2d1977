import type { ReelwayError } from './errors';
import type { Channel } from './notices';
import type { ContentType, Residency } from './status';
import type { AnnounceInput, AnnounceResult } from './work';

/**
 * What the rest of the system needs from the outside world. platform/ has the adapters; unit tests have fakes.
 */

/** Of a transfer: `onBytes` gets the bytes copied so far; aborting rejects with the signal's reason and leaves nothing. */
export interface TransferOptions {
  signal?: AbortSignal;
  onBytes?: (bytes: number) => void;
}

/** Objects by key. Keys are relative, '/'-separated, checked by the adapter; a bad one throws RAW_KEY_UNSAFE. */
export interface ObjectStore {
  /** Size in bytes, or null where there is no such object. */
  stat(key: string): Promise<{ bytes: number } | null>;
  /** Brings the object to a local file that does not exist yet. Throws RAW_OBJECT_MISSING. */
  fetch(key: string, toPath: string, options?: TransferOptions): Promise<{ bytes: number }>;
  /** Stores a local file under the key: complete or not at all (written aside, synced, renamed). */
  store(key: string, fromPath: string, options?: TransferOptions): Promise<{ bytes: number }>;
  read(key: string): Promise<Buffer>;
  /** Keys below a prefix (a folder, without a trailing slash; '' is everything), sorted. */
  list(prefix: string): Promise<string[]>;
  /** Removing what is not there is fine. */
  remove(key: string): Promise<void>;
  /**
   * Removes everything below a prefix but the keys in `keep`, also what dead writers left half written. A writer that
   * still works below it fails. Returns how many objects it removed.
   */
  clear(prefix: string, keep?: ReadonlySet<string>): Promise<number>;
}

/** A content-encryption key in the clear; it never leaves the activity that packages. Both hex, 32 digits. */
export interface ContentKey {
  cekId: string;
  keyId: string;
  key: string;
}

export interface KeyStore {
  /** The key of a content and package set; made and stored wrapped on first use. Throws KEY_UNAVAILABLE. */
  contentKey(input: { contentId: string; packageSet: string }): Promise<ContentKey>;
  /** The key behind a cek_id, for verification. Throws NOT_FOUND, KEY_UNAVAILABLE. */
  unwrap(cekId: string): Promise<ContentKey>;
}

/** The way out: milestones become events. bridge/outbound implements it, the announce activity calls it. */
export interface Outbound {
  /**
   * Validates, stores and sends, in that order; resolves once everything unsent of this content is sent and marked.
   * Milestones that do not meet their schema come back in `refused`; trouble with a server throws and may be repeated.
   */
  announce(input: AnnounceInput): Promise<AnnounceResult>;
}

/** New content as its subscribers are told of it; `at` in ms since 1970. */
export interface NewContent {
  contentId: string;
  creatorId: string;
  title: string;
  contentType: ContentType;
  residency: Residency;
  channels: readonly Channel[];
  at: number;
  traceparent: string | null;
}

/** The way out to many at once: nothing is stored per person, because the record of each can be made again to the byte. */
export interface NewContentNotices {
  /** Resolves once Kafka has all of them; a repeat sends the same ids and bytes. Throws SERVICE_UNREACHABLE. */
  tell(of: NewContent, userIds: readonly string[]): Promise<void>;
}

/** One Kafka record as it came. Offsets and timestamps are decimal text, as the protocol has them. */
export interface KafkaRecord {
  topic: string;
  partition: number;
  offset: string;
  /** ms since 1970, the record's own time. */
  timestamp: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, string>;
}

export interface OutgoingRecord {
  topic: string;
  key: string | null;
  value: Buffer;
  headers: Record<string, string>;
}

export interface KafkaProducer {
  /**
   * Sends all, acks all; resolves with where each landed, in order. Records of one key keep the order in which they were
   * given, whoever sends them; others may overtake. Throws SERVICE_UNREACHABLE.
   */
  send(records: OutgoingRecord[]): Promise<{ partition: number; offset: string }[]>;
  close(): Promise<void>;
}

export interface KafkaConsumer {
  /** ms since 1970 of the last sign of life of the group session. */
  lastHeartbeatAt(): number;
  /** How often it joined its group: once at its start, and once in each rebalance since; of several members the most. */
  joins(): number;
  /** Partitions now assigned, per topic. */
  assignment(): Record<string, number[]>;
  /** Partitions whose next records could not be taken, and why; for readiness and status. The others go on. */
  waiting(): WaitingPartition[];
  close(): Promise<void>;
}

export interface WaitingPartition {
  topic: string;
  partition: number;
  /** Failures in a row. */
  attempts: number;
  /** ms since 1970 of the first of them. */
  since: number;
  error: ReelwayError;
}

export interface ConsumeOptions {
  groupId: string;
  topics: string[];
  /**
   * Gets the records of one partition, in order. Offsets are committed only after it resolved.
   * When it throws, nothing is committed and the same records come again after a back-off.
   */
  onBatch(records: KafkaRecord[]): Promise<void>;
  /** Where a group without offsets starts. Default true: nothing that waits is skipped. */
  fromBeginning?: boolean;
  /** Most records given at once; default 500. What is made of them must be over in a few seconds. */
  recordsAtOnce?: number;
  /** Partitions handled side by side, of each member; default 4. */
  partitionsAtOnce?: number;
  /**
   * Members of the group that are joined, which share the partitions; default 1. A member reads on when all that it read
   * from a broker is handled: with two, one reads meanwhile. Each holds what it read in memory.
   */
  members?: number;
}

export interface Kafka {
  producer(): Promise<KafkaProducer>;
  consume(options: ConsumeOptions): Promise<KafkaConsumer>;
  /** What the broker has; null for a topic that is not there. */
  describeTopics(
    names: string[],
  ): Promise<Record<string, null | { partitions: number; config: Record<string, string> }>>;
  createTopics(topics: { name: string; partitions: number; config: Record<string, string> }[]): Promise<void>;
  /** High watermark and committed offset per partition. */
  lag(groupId: string, topic: string): Promise<{ partition: number; high: string; committed: string | null }[]>;
  close(): Promise<void>;
}
