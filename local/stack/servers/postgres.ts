import { chownSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { createDatabase, databaseUrl } from '../databases';
import { run } from '../fetch/run';
import type { DataDir } from '../places';
import { HOST, type Ports } from '../ports';
import type { ServerSpec } from '../process/server-process';
import type { PostgresBinaries } from './postgres-binaries';
import { dataHome, type User } from './postgres-place';

/** Database and its owner. Anybody on this machine may connect: development data only. */
const NAME = 'reelway';
const READY_WITHIN_MS = 60_000;
const CONNECT_MS = 2_000;

export interface PostgresServer {
  readonly spec: ServerSpec;
  readonly url: string;
}

export async function postgresServer(
  binaries: PostgresBinaries,
  user: User | undefined,
  dir: DataDir,
  ports: Ports,
): Promise<PostgresServer> {
  const port = await ports.take('postgres');
  const data = join(dataHome(user, dir.root), `postgres-${String(binaries.major)}`);
  if (!existsSync(data)) await initialise(binaries.initdb, data, user);
  const url = `postgres://${NAME}@${HOST}:${String(port)}/${NAME}`;
  return {
    spec: {
      name: 'postgres',
      file: binaries.postgres,
      args: ['-D', data, ...settings(port)],
      ...(user && { user }),
      stopSignal: 'SIGINT', // "fast": ends sessions; SIGTERM would wait for clients to leave
      readyWithinMs: READY_WITHIN_MS,
      ready: () => answers(url),
    },
    url,
  };
}

/** For many clients, quick, and safe against the death of its processes, though not of the machine. */
function settings(port: number): string[] {
  const all = {
    listen_addresses: HOST,
    port,
    unix_socket_directories: '',
    max_connections: 300,
    shared_buffers: '128MB',
    fsync: 'off',
    full_page_writes: 'off',
    wal_level: 'minimal',
    max_wal_senders: 0,
    log_min_messages: 'warning',
    log_timezone: 'UTC',
    timezone: 'UTC',
  };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${String(value)}`]);
}

/** Made aside, so that an initdb that was cut short is not taken for a database. */
async function initialise(initdb: string, data: string, user: User | undefined): Promise<void> {
  const aside = `${data}.new`;
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(aside, { recursive: true, mode: 0o700 });
  if (user) chownSync(aside, user.uid, user.gid);
  const options = ['-U', NAME, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions'];
  await run({ file: initdb, args: ['-D', aside, ...options], cwd: '/', ...(user && { user }) });
  renameSync(aside, data);
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: databaseUrl(url, 'postgres'), connectionTimeoutMillis: CONNECT_MS });
  client.on('error', () => undefined); // a server that ends while it starts is the supervisor's finding
  await client.connect();
  await client.end();
  await createDatabase(url, NAME);
  return true;
}
