import { startProjector } from '../bridge/projector/projector';
import { tellCreators } from '../operations/engagement/notify';
import { createKafka } from '../platform/kafka/kafka';
import { assertMigrated } from '../platform/postgres/migrate';
import { createPool } from '../platform/postgres/pool';
import { createRedis } from '../platform/redis/client';
import type { Part, RoleDeps } from './role';

/** Counts engagement. Needs Postgres and Kafka to start; Redis may be away at any time. */
export async function startProjectorPart({ config, log, registry }: RoleDeps): Promise<Part> {
  const pool = createPool(config.postgres);
  const kafka = createKafka(config.kafka, log);
  const { url, prefix } = config.redis;
  const redis = url === null ? null : createRedis({ url, prefix }, log);
  const close = async (): Promise<void> => {
    redis?.close();
    await Promise.allSettled([kafka.close()]);
    await pool.end();
  };
  try {
    await assertMigrated(pool);
    const projector = await startProjector({
      config,
      pool,
      kafka,
      redis,
      notify: tellCreators(config.notifications.channels),
      log,
      metrics: registry,
    });
    return {
      name: 'projector',
      live: () => projector.live(),
      ready: () => projector.ready(),
      held: () => projector.held(),
      failed: new Promise<never>(() => undefined),
      stop: async () => {
        await projector.stop();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
