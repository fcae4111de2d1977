import type { Client } from '@temporalio/client';
import type { Kafka } from '../contracts/model/ports';
import type { Config } from '../platform/config';
import { createKafka } from '../platform/kafka/kafka';
import type { Logger } from '../platform/log';
import { createPool, type Pool } from '../platform/postgres/pool';
import { connectTemporal } from '../platform/temporal/client';

/** Everybody who asks is answered within 10 s, also where several servers are away. */
const CONNECT_MS = 4_000;

/** What operations stand on. Temporal and Kafka are reached for only by the operations that need them. */
export interface OperationsDeps {
  pool: Pool;
  /** The same client each time; throws SERVICE_UNREACHABLE. */
  temporal(): Promise<Client>;
  kafka(): Kafka;
  config: Config;
  log: Logger;
}

export interface OpenOperations extends OperationsDeps {
  close(): Promise<void>;
}

/** Deps that connect on first use. Close them: open connections keep the process alive. */
export function openOperations(config: Config, log: Logger): OpenOperations {
  const pool = createPool(config.postgres);
  let temporal: ReturnType<typeof connectTemporal> | undefined;
  let kafka: Kafka | undefined;
  return {
    pool,
    config,
    log,
    temporal: async () => {
      const { client, withDeadline } = await (temporal ??= connectTemporal(config.temporal));
      // A lazy connection would say that the server is away only after something else was done on the way to it.
      await withDeadline(() => client.connection.ensureConnected(), CONNECT_MS);
      return client;
    },
    kafka: () => (kafka ??= createKafka(config.kafka, log)),
    close: async () => {
      const connected = await temporal?.catch(() => undefined);
      await Promise.allSettled([pool.end(), connected?.close(), kafka?.close()]);
    },
  };
}
