import { ReelwayError } from '../contracts/model/errors';
import type { Kafka } from '../contracts/model/ports';
import type { Config } from '../platform/config';
import { createKafka } from '../platform/kafka/kafka';
import type { Logger } from '../platform/log';
import { createPool, type Pool } from '../platform/postgres/pool';
import { createRedis, type Redis } from '../platform/redis/client';
import { connectTemporal, type Temporal } from '../platform/temporal/client';
import { within } from './within';

/** Short: a command goes on, or says that the server is away, with time left for its answer. */
const CONNECT_MS = 3_000;
/** A server that hangs would hold the way out as well. */
const CLOSE_MS = 500;

/** What operations stand on. Temporal and Kafka are reached for only by the operations that need them. */
export interface OperationsDeps {
  pool: Pool;
  /** Connected, the same each time; throws SERVICE_UNREACHABLE. */
  temporal(): Promise<Temporal>;
  kafka(): Kafka;
  /** Throws SERVICE_UNREACHABLE where none is configured. */
  redis(): Redis;
  config: Config;
  log: Logger;
}

export interface OpenOperations extends OperationsDeps {
  close(): Promise<void>;
}

/** Deps that connect on first use. Close them: open connections keep the process alive. */
export function openOperations(config: Config, log: Logger): OpenOperations {
  const pool = createPool(config.postgres);
  let temporal: Promise<Temporal> | undefined;
  let kafka: Kafka | undefined;
  let redis: Redis | undefined;
  return {
    pool,
    config,
    log,
    temporal: async () => {
      const asked = (temporal ??= connectTemporal(config.temporal));
      const found = await asked;
      try {
        // A lazy connection would say that the server is away only after something else was done on the way to it.
        const connected = found.withDeadline(() => found.connection.ensureConnected(), CONNECT_MS);
        await within(CONNECT_MS, `Temporal at ${config.temporal.address}`, connected);
        return found;
      } catch (error) {
        // The SDK keeps its first answer, a failure for ever: the next caller asks through another connection.
        if (temporal === asked) temporal = undefined;
        void found.close().catch(() => undefined);
        throw error;
      }
    },
    kafka: () => (kafka ??= createKafka(config.kafka, log)),
    redis: () => (redis ??= openRedis(config.redis, log)),
    close: async () => {
      redis?.close();
      const connected = await temporal?.catch(() => undefined);
      const closed = Promise.allSettled([pool.end(), connected?.close(), kafka?.close()]);
      await within(CLOSE_MS, 'a server', closed).catch(() => undefined);
    },
  };
}

function openRedis({ url, prefix }: Config['redis'], log: Logger): Redis {
  if (url !== null) return createRedis({ url, prefix }, log);
  throw new ReelwayError('SERVICE_UNREACHABLE', 'No Redis is configured, so nothing is ranked.', {
    hint: 'Set REELWAY_REDIS_URL.',
  });
}
