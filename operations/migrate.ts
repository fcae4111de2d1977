import { LIFECYCLE_QUEUE } from '../contracts/model/work';
import type { Config } from '../contracts/schema/config';
import { toReelwayError } from '../platform/errors';
import { migrate as migrateDatabase } from '../platform/postgres/migrate';
import { ensureSchedule, type Every } from '../platform/temporal/schedules';
import { ensureSearchAttributes } from '../platform/temporal/search-attributes';
import { EXPIRING_WORKFLOW, RECONCILIATION_WORKFLOW } from '../workflows/messages';
import type { OperationsDeps } from './deps';

/** Names of what was not there before. */
export interface MigrateResult {
  migrations: string[];
  searchAttributes: string[];
  schedules: string[];
}

/** scheduleId: the name of the schedule, and of what it begins. */
const schedulesOf = ({ reconcileEveryMs, notifications }: Config): Every[] => [
  {
    scheduleId: 'reconcile',
    note: 'Compares contents in Postgres with runs in Temporal, and marks what has lost its run.',
    everyMs: reconcileEveryMs,
    workflowType: RECONCILIATION_WORKFLOW,
    taskQueue: LIFECYCLE_QUEUE,
  },
  {
    scheduleId: 'subscriptions-expiring',
    note: 'Tells everybody whose subscription ends soon, once per period.',
    everyMs: notifications.expiringEveryMs,
    workflowType: EXPIRING_WORKFLOW,
    taskQueue: LIFECYCLE_QUEUE,
  },
];

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
  const schedules: string[] = [];
  for (const every of schedulesOf(deps.config)) {
    const isNew = await ensureSchedule(client, every).catch((error: unknown) => {
      throw toReelwayError(error, { Temporal: address });
    });
    if (isNew) schedules.push(every.scheduleId);
  }
  return { migrations, searchAttributes, schedules };
}
