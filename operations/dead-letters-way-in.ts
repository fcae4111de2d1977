import type { ErrorCode } from '../contracts/model/errors';
import type { KafkaRecord } from '../contracts/model/ports';
import type { PoolClient } from '../platform/postgres/pool';

/**
 * What became of a record.
 * new: it is an inbox row, or counted. duplicate: its event had come before. own: we sent it ourselves. dead: it cannot be used.
 */
export type Taken =
  | { is: 'new' | 'duplicate' | 'own'; eventId: string; contentId: string }
  | { is: 'dead'; code: ErrorCode; reason: string };

/** How records get in; the bridge's own intake implements it, so that one that comes again is judged like any other. */
export interface WayIn {
  /** Within the transaction of the caller; where it is dead, the caller undoes what was written. Throws as Postgres does. */
  take(db: PoolClient, record: KafkaRecord): Promise<Taken>;
}
