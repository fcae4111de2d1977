import type { ExpiringReport, ReconcileReport } from '../contracts/model/work';
import type { KeyStore, NewContentNotices, ObjectStore, Outbound } from '../contracts/model/ports';
import type { Residency } from '../contracts/model/status';
import type { Pool } from '../platform/postgres/pool';
import type { MediaLimits, MediaTools } from './media';

/** What activities need of a logger; pino fits. */
export interface ActivityLog {
  info(bindings: object, message: string): void;
  warn(bindings: object, message: string): void;
}

/** What activities stand on. A worker makes one and shares it among all that it runs. */
export interface ActivityDeps {
  pool: Pool;
  objects: ObjectStore;
  keys: KeyStore;
  outbound: Outbound;
  newContent: NewContentNotices;
  reconcile: (actor: string) => Promise<ReconcileReport>;
  tellExpiring: () => Promise<ExpiringReport>;
  tools: MediaTools;
  limits: MediaLimits;
  /** Each attempt at media work has a folder of its own below; another one removes what a dead worker left. */
  tempDir: string;
  /** Whose bytes this worker may touch; other work is refused with RESIDENCY_VIOLATION. */
  residencies: readonly Residency[];
  log: ActivityLog;
}
