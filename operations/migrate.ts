import { toReelwayError } from '../platform/errors';
import { migrate as migrateDatabase } from '../platform/postgres/migrate';
import { ensureSearchAttributes } from '../platform/temporal/search-attributes';
import type { OperationsDeps } from './deps';

/** Names of what was not there before. */
export interface MigrateResult {
  migrations: string[];
  searchAttributes: string[];
}

/**
 * Brings database and Temporal namespace to what this version needs; safe to repeat and to run twice at once.
 * Throws SERVICE_UNREACHABLE, MIGRATION_MISMATCH, SEARCH_ATTRIBUTES_MISSING.
 */
export async function migrate(deps: OperationsDeps): Promise<MigrateResult> {
  const migrations = await migrateDatabase(deps.pool);
  const { connection } = await deps.temporal();
  const { address, namespace } = deps.config.temporal;
  const searchAttributes = await ensureSearchAttributes(connection, namespace).catch((error: unknown) => {
    throw toReelwayError(error, { Temporal: address });
  });
  return { migrations, searchAttributes };
}
