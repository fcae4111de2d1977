import { Client } from 'pg';

/** Every server has it; one connects to it to make others. */
const MAINTENANCE = 'postgres';
const DUPLICATE_DATABASE = '42P04';

/** The address of another database on the same server. */
export function databaseUrl(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(name)}`;
  return other.href;
}

/**
 * Creates a database beside the one that `url` names; from a template it is a copy (about 50 ms), for which nobody may
 * be connected to the template. One that is there stays as it is. Returns its address.
 */
export async function createDatabase(url: string, name: string, template?: string): Promise<string> {
  const copy = template === undefined ? '' : ` TEMPLATE ${quote(template)}`;
  try {
    await execute(url, `CREATE DATABASE ${quote(name)}${copy}`);
  } catch (error) {
    if ((error as { code?: string }).code !== DUPLICATE_DATABASE) throw error;
  }
  return databaseUrl(url, name);
}

/** Drops a database, also where somebody is still connected. */
export const dropDatabase = (url: string, name: string): Promise<void> =>
  execute(url, `DROP DATABASE IF EXISTS ${quote(name)} WITH (FORCE)`);

async function execute(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl(url, MAINTENANCE) });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
