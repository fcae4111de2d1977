import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { createDatabase, databaseUrl, dropDatabase } from '../../local/stack/databases';
import { packageRoot } from '../../platform/package-root';
import { migrate, readMigrations } from '../../platform/postgres/migrate';
import { createPool, type PoolClient } from '../../platform/postgres/pool';

const LOCK = 7_330_299;

/** A database of its own with our schema: a copy of a template that is migrated once per state of the migrations. */
export async function createWorldDatabase(serverUrl: string, name: string): Promise<string> {
  const pool = createPool({ url: databaseUrl(serverUrl, 'postgres'), poolSize: 2 });
  const client = await pool.connect();
  try {
    // Copying forbids others on the template, and several test files start at the same time.
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    return await createDatabase(serverUrl, name, await ensureTemplate(client, serverUrl));
  } finally {
    client.release(true);
    await pool.end();
  }
}

export const dropWorldDatabase = dropDatabase;

async function ensureTemplate(client: PoolClient, serverUrl: string): Promise<string> {
  const name = `reelway_template_${migrationsHash()}`;
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  if (rowCount === 1) return name;
  // Under another name until it is whole: a test run that is killed here leaves no half template behind.
  const building = `${name}_building`;
  await dropDatabase(serverUrl, building);
  const pool = createPool({ url: await createDatabase(serverUrl, building), poolSize: 2 });
  await migrate(pool);
  await pool.end();
  await client.query(`ALTER DATABASE ${building} RENAME TO ${name}`);
  return name;
}

function migrationsHash(): string {
  const migrations = readMigrations(join(packageRoot(), 'platform', 'postgres', 'migrations'));
  const hash = createHash('sha256');
  for (const { name, checksum } of migrations) hash.update(`${name} ${checksum}\n`);
  return hash.digest('hex').slice(0, 16);
}
