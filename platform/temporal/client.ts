import { Client, Connection } from '@temporalio/client';
import type { Config } from '../../contracts/schema/config';
import { toReelwayError } from '../errors';

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

/** Connects with the first call, so that a process that can go on without Temporal starts without it. */
export function connectTemporal(config: Pick<Config['temporal'], 'address' | 'namespace'>): Promise<Temporal> {
  const { address, namespace } = config;
  const connection = Connection.lazy({ address, connectTimeout: CONNECT_TIMEOUT_MS });
  const client = new Client({ connection, namespace });
  return Promise.resolve({
    client,
    connection,
    address,
    namespace,
    withDeadline: async (work, ms = CALL_DEADLINE_MS) => {
      try {
        return await connection.withDeadline(Date.now() + ms, work);
      } catch (error) {
        const named = toReelwayError(error, { Temporal: address });
        throw named.code === 'SERVICE_UNREACHABLE' ? named : error;
      }
    },
    close: () => connection.close(),
  });
}
