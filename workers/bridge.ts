import { startBridge } from '../bridge/inbound/bridge';
import { createKafka } from '../platform/kafka/kafka';
import { assertMigrated } from '../platform/postgres/migrate';
import { createPool } from '../platform/postgres/pool';
import { connectTemporal } from '../platform/temporal/client';
import type { Part, RoleDeps } from './role';

/** Kafka into runs. Needs Postgres and Kafka to start; while Temporal is away it goes on taking records. */
export async function startBridgePart({ config, log, registry }: RoleDeps): Promise<Part> {
  const pool = createPool(config.postgres);
  const kafka = createKafka(config.kafka, log);
  const temporal = await connectTemporal(config.temporal);
  const close = async (): Promise<void> => {
    await Promise.allSettled([kafka.close(), temporal.close()]);
    await pool.end();
  };
  try {
    await assertMigrated(pool);
    const bridge = await startBridge({ config, pool, kafka, temporal: temporal.client, log, metrics: registry });
    return {
      name: 'bridge',
      live: () => bridge.live(),
      ready: () => bridge.ready(),
      held: () => bridge.held(),
      failed: new Promise<never>(() => undefined),
      stop: async () => {
        await bridge.stop();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
