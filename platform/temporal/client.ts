import {
  Client,
  Connection,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
  type ConnectionOptions,
} from '@temporalio/client';
import type { Config } from '../../contracts/schema/config';
import { isUnreachable, toReelwayError, unreachable } from '../errors';
import { isOverMessageLimit } from './too-large';

/** gRPC waits this long for a server that is away before it says so. */
const CONNECT_TIMEOUT_MS = 4_000;
/** Longer than any plain call takes; updates and queries of callers that wait for a worker bring their own. */
const CALL_DEADLINE_MS = 10_000;

export interface Temporal {
  client: Client;
  connection: Connection;
  /** HOST:PORT, for messages. */
  address: string;
  namespace: string;
  /**
   * Runs calls that together may last `ms` (default 10 s); a server that is away throws SERVICE_UNREACHABLE with its
   * address. A deadline that passes means *unknown*, not *failed*: repeat under the same id.
   */
  withDeadline<T>(work: () => Promise<T>, ms?: number): Promise<T>;
  close(): Promise<void>;
}

/**
 * Connects with the first call, so that a process that can go on without Temporal starts without it. Never ask this
 * connection to `ensureConnected()` in a process that lives on: the SDK keeps the first answer, a failure for ever.
 */
export function connectTemporal(config: Place): Promise<Temporal> {
  return Promise.resolve(wrap(Connection.lazy(settingsOf(config)), config));
}

/** Connects now. Throws SERVICE_UNREACHABLE after 4 s. */
export async function reachTemporal(config: Place): Promise<Temporal> {
  try {
    return wrap(await Connection.connect(settingsOf(config)), config);
  } catch (error) {
    throw unreachable('Temporal', config.address, error);
  }
}

type Place = Pick<Config['temporal'], 'address' | 'namespace'>;

const settingsOf = ({ address }: Place): ConnectionOptions => ({
  address,
  connectTimeout: CONNECT_TIMEOUT_MS,
  interceptors: [makeGrpcRetryInterceptor(RETRY)],
});

const { retryableDecider, ...delays } = defaultGrpcRetryOptions();
/** As the SDK does, which would also send a message that is over the limit again for 40 s, and say that it took too long. */
const RETRY: typeof delays & { retryableDecider: typeof retryableDecider } = {
  ...delays,
  retryableDecider: (attempt, status) => !isOverMessageLimit(status) && retryableDecider(attempt, status),
};

const wrap = (connection: Connection, { address, namespace }: Place): Temporal => ({
  client: new Client({ connection, namespace }),
  connection,
  address,
  namespace,
  withDeadline: async (work, ms = CALL_DEADLINE_MS) => {
    try {
      return await connection.withDeadline(Date.now() + ms, work);
    } catch (error) {
      throw isUnreachable(error) ? toReelwayError(error, { Temporal: address }) : error;
    }
  },
  close: () => connection.close(),
});
