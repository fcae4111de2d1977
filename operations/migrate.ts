import { LIFECYCLE_QUEUE } from '../contracts/model/work';
import { toReelwayError } from '../platform/errors';
import { migrate as migrateDatabase } from '../platform/postgres/migrate';
import { ensureSchedule } from '../platform/temporal/schedules';
import { ensureSearchAttributes } from '../platform/temporal/search-attributes';
import { RECONCILIATION_WORKFLOW } from '../workflows/messages';
import type { OperationsDeps } from './deps';

/** Names of what was not there before. */
export interface MigrateResult {
  migrations: string[];
  searchAttributes: string[];
  schedules: string[];
}

/** The name of the schedule, and of what it begins. */
const RECONCILE_SCHEDULE = 'reconcile';

/**
 * Brings database and Temporal namespace to what this version needs; safe to repeat and to run twice at once.
 * Throws SERVICE_UNREACHABLE, MIGRATION_MISMATCH, SEARCH_ATTRIBUTES_MISSING.
 */
export async function migrate(deps: OperationsDeps): Promise<MigrateResult> {
  const migrations = await migrateDatabase(deps.pool);
  const { connection, client } = await deps.temporal();
  const { address, namespace } = deps.config.temporal;
  const searchAttributes = await ensureSearchAttributes(connection, namespace).catch((error: unknown) => {
    throw toReelwayError(error, { Temporal: address });
  });
  const isNew = await ensureSchedule(client, {
    scheduleId: RECONCILE_SCHEDULE,
    note: 'Compares contents in Postgres with runs in Temporal, and marks what has lost its run.',
    everyMs: deps.config.reconcileEveryMs,
    workflowType: RECONCILIATION_WORKFLOW,
    taskQueue: LIFECYCLE_QUEUE,
  }).catch((error: unknown) => {
    throw toReelwayError(error, { Temporal: address });
  });
  return { migrations, searchAttributes, schedules: isNew ? [RECONCILE_SCHEDULE] : [] };
}
