import { Pool, types, type ClientBase, type CustomTypesConfig, type PoolClient } from 'pg';
import { ReelwayError } from '../../contracts/model/errors';
import type { Config } from '../../contracts/schema/config';
import { unreachable } from '../errors';

export type { Pool, PoolClient } from 'pg';

/**
 * What stores ask for: a pool, or the client of an open transaction. A statement with a name is planned once per connection:
 * planning those of an ingest batch took a fifth of its time. Only inserts and locks have one, whose plan is the same
 * however large a table is. A pooler in between must know prepared statements, as PgBouncer does from 1.21 on.
 */
export type Queryable = Pool | PoolClient;

/** Short: a caller waits for it, and a server that is away is told about at once. */
const CONNECT_TIMEOUT_MS = 5_000;
/** No statement of ours is long; one that is would hold a Kafka handler or an activity up. */
const STATEMENT_TIMEOUT_MS = 20_000;
/** Beyond the server's own limit: the answer of a server that is stopped, not slow, never comes. */
const QUERY_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000;
/** A stopped process keeps its row locks for ever otherwise; more than the dispatcher's longest signal (8 s). */
const IDLE_IN_TRANSACTION_MS = 15_000;

/**
 * `date` as text: pg makes local midnight of it, another day elsewhere. int8 and numeric are text in pg by default,
 * because they do not fit a number; timestamptz is a Date, jsonb is parsed.
 */
const TYPES: CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === types.builtins.DATE ? String : (types.getTypeParser(oid, format) as unknown),
};

/** A pool that opens connections when they are needed; nothing is reached for yet. Close it with `end()`. */
export function createPool(config: Pick<Config['postgres'], 'url' | 'poolSize'>): Pool {
  const pool = new NamingPool({
    connectionString: config.url,
    max: config.poolSize,
    application_name: 'reelway',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
    types: TYPES,
  });
  // Without listeners a connection that the server closes, idle or lent, ends the process. The next query says it.
  pool.on('error', ignore);
  pool.on('connect', (client) => client.on('error', ignore));
  return pool;
}

/** Commits what `work` did on one connection, or rolls it back and throws what `work` threw. */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    // A connection that cannot roll back is thrown away; the server rolls back when it is gone.
    client.release(broken);
  }
}

/** SQLSTATE: deadlock detected, serialization failure, lock not available. */
const CONTENDED = new Set(['40P01', '40001', '55P03']);

/** Another transaction had the same rows in hand and went first; the same again can succeed. */
export const isContended = (error: unknown): boolean => CONTENDED.has(String((error as { code?: unknown }).code));

export const contended = (cause: unknown): ReelwayError =>
  new ReelwayError('SERVICE_UNREACHABLE', 'Others have the same rows in hand at this moment.', {
    ...{ hint: 'Send the same again.', cause },
  });

/** As inTransaction, and once more where another one went first: that one is over by then. */
export async function inTransactionAgain<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  try {
    return await inTransaction(pool, work);
  } catch (error) {
    if (!isContended(error)) throw error;
  }
  return inTransaction(pool, work).catch((error: unknown) => {
    throw isContended(error) ? contended(error) : error;
  });
}

/** "host:port/database" of a connection string, without user and password. */
function addressOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  return parsed ? `${parsed.host}${parsed.pathname}` : 'its address';
}

type OnConnect = (error: Error | undefined, client: PoolClient | undefined, done: (release?: unknown) => void) => void;

/** Says where it failed to connect; `query` goes through `connect` as well. */
class NamingPool extends Pool {
  override connect(): Promise<PoolClient>;
  override connect(onConnect: OnConnect): void;
  override connect(onConnect?: OnConnect): Promise<PoolClient> | undefined {
    const named = (error: unknown): Error =>
      unreachable('Postgres', addressOf(this.options.connectionString ?? ''), error);
    if (!onConnect) return super.connect().catch((error: unknown) => Promise.reject(connectFailure(error, named)));
    super.connect((error, client, done) => {
      onConnect(error && connectFailure(error, named), client, done);
    });
    return undefined;
  }
}

/** A wrong password or an unknown database is no outage: its own message says more. */
function connectFailure(error: unknown, named: (error: unknown) => Error): Error {
  const code = (error as { code?: unknown }).code;
  const refusedByServer = typeof code === 'string' && /^(28...|3D000)$/.test(code);
  return refusedByServer ? (error as Error) : named(error);
}

const ignore = (_error: Error, _client?: ClientBase): void => undefined;

/** SQLSTATE query_canceled: it took longer than a statement may. */
export const isTooSlow = (error: unknown): boolean => (error as { code?: unknown }).code === '57014';

/** SQLSTATE class 22, data exception: a value that got past our own checks and that Postgres cannot store. */
export const isUnstorable = (error: unknown): boolean => String((error as { code?: unknown }).code).startsWith('22');
