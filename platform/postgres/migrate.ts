import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReelwayError } from '../../contracts/model/errors';
import { packageRoot } from '../package-root';
import type { Pool, PoolClient, Queryable } from './pool';

export interface Migration {
  version: number;
  /** The file's name: "0001_lifecycle.sql". */
  name: string;
  /** sha256 of the text, hex. */
  checksum: string;
  sql: string;
}

/** Any number will do, as long as nobody else locks it in our database. */
const LOCK = 7_330_201;
const FILE_NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;

const MIGRATIONS_DIR = join(packageRoot(), 'platform', 'postgres', 'migrations');

/**
 * Brings the database to our newest migration, each in a transaction of its own; several processes at once are fine,
 * one does it and the others wait. Returns the names applied now. Forward only: a file that was applied may never
 * change, and a database ahead of us is refused (MIGRATION_MISMATCH).
 */
export async function migrate(pool: Pool, dir: string = MIGRATIONS_DIR): Promise<string[]> {
  const migrations = readMigrations(dir);
  const client = await pool.connect();
  try {
    // Waiting for the lock, or building an index, takes longer than our statements may.
    await client.query('SET statement_timeout = 0');
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await client.query(`CREATE TABLE IF NOT EXISTS schema_migrations (
      version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`);
    const pending = await pendingOf(client, migrations);
    for (const migration of pending) await apply(client, migration);
    return pending.map((migration) => migration.name);
  } finally {
    // Closing the connection gives the lock back and forgets the setting, whatever happened.
    client.release(true);
  }
}

/** Names of the migrations the database still lacks. Throws MIGRATION_MISMATCH where it differs from ours. */
export async function pendingMigrations(db: Queryable, dir: string = MIGRATIONS_DIR): Promise<string[]> {
  const { rows } = await db.query<{ there: boolean }>(`SELECT to_regclass('schema_migrations') IS NOT NULL AS there`);
  const migrations = readMigrations(dir);
  const pending = rows[0]?.there === true ? await pendingOf(db, migrations) : migrations;
  return pending.map((migration) => migration.name);
}

/** For processes that need the schema: throws MIGRATION_MISMATCH unless the database is exactly at our newest one. */
export async function assertMigrated(db: Queryable): Promise<void> {
  const pending = await pendingMigrations(db);
  if (pending.length === 0) return;
  throw new ReelwayError('MIGRATION_MISMATCH', `The database lacks ${pending.join(', ')}.`, {
    hint: 'Run: reelway migrate',
  });
}

export function readMigrations(dir: string): Migration[] {
  const names = readdirSync(dir).filter((name) => name.endsWith('.sql'));
  return names.sort().map((name, index) => {
    const version = Number(FILE_NAME.exec(name)?.[1]);
    // No gaps and no twins: two branches that both add 0007 are seen when they meet.
    if (version !== index + 1) {
      throw new ReelwayError('MIGRATION_MISMATCH', `${name} is not migration number ${String(index + 1)}.`);
    }
    const sql = readFileSync(join(dir, name), 'utf8').replaceAll('\r\n', '\n');
    return { version, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
  });
}

async function pendingOf(db: Queryable, migrations: Migration[]): Promise<Migration[]> {
  const { rows } = await db.query<{ version: number; name: string; checksum: string }>(
    'SELECT version, name, checksum FROM schema_migrations ORDER BY version',
  );
  for (const applied of rows) {
    const ours = migrations.find((migration) => migration.version === applied.version);
    if (!ours) throw new ReelwayError('MIGRATION_MISMATCH', `The database has ${applied.name}, which we do not have.`);
    if (ours.checksum !== applied.checksum) {
      throw new ReelwayError('MIGRATION_MISMATCH', `${ours.name} was changed after it had been applied.`);
    }
  }
  return migrations.filter((migration) => !rows.some((applied) => applied.version === migration.version));
}

async function apply(client: PoolClient, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(migration.sql);
    await client.query('INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)', [
      migration.version,
      migration.name,
      migration.checksum,
    ]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new ReelwayError('MIGRATION_MISMATCH', `${migration.name} could not be applied: ${String(error)}`, {
      cause: error,
      hint: 'The database is as it was before this migration. Correct it, then run: reelway migrate',
    });
  }
}
