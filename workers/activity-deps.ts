import type { ActivityDeps } from '../activities';
import { createOutboundMetrics } from '../bridge/outbound/metrics';
import { createNewContentNotices } from '../bridge/outbound/new-content';
import { createOutbound } from '../bridge/outbound/outbound';
import { DEFAULT_LIMITS } from '../activities/media';
import { ReelwayError } from '../contracts/model/errors';
import type { KeyStore } from '../contracts/model/ports';
import { tellExpiring } from '../operations/notifications/expiring';
import type { Config } from '../platform/config';
import { findTool } from '../platform/find-tool';
import { createKafka } from '../platform/kafka/kafka';
import { openKeyStore } from '../platform/keys/key-store';
import type { Logger } from '../platform/log';
import type { Registry } from '../platform/metrics';
import { openFilesystemObjects } from '../platform/objects/filesystem';
import { assertMigrated } from '../platform/postgres/migrate';
import { createPool } from '../platform/postgres/pool';
import { connectTemporal } from '../platform/temporal/client';
import type { QueuePlan } from './queues';
import { reconcileOnSchedule } from './reconciler';

export interface ActivityResources {
  depsFor(plan: QueuePlan): ActivityDeps;
  close(): Promise<void>;
}

/** What all activities of a worker share. Programs and the key-encryption key are looked for by media workers only. */
export async function openActivityDeps(config: Config, log: Logger, registry: Registry): Promise<ActivityResources> {
  const pool = createPool(config.postgres);
  const kafka = createKafka(config.kafka, log);
  const temporal = await connectTemporal(config.temporal);
  const close = async (): Promise<void> => {
    await Promise.all([kafka.close(), temporal.close()]);
    await pool.end();
  };
  try {
    await assertMigrated(pool);
    const doesMedia = config.worker.queues.includes('media');
    const shared: Omit<ActivityDeps, 'residencies'> = {
      pool,
      log,
      objects: await openFilesystemObjects(config.objects),
      keys: doesMedia ? await openKeyStore(pool, config.keys) : NO_KEYS,
      outbound: createOutbound({
        ...{ pool, log, producer: await kafka.producer(), tellsUnpublished: config.kafka.tellsUnpublished },
        ...{ metrics: createOutboundMetrics(registry), channels: config.notifications.channels },
      }),
      newContent: createNewContentNotices(await kafka.producer()),
      reconcile: (actor) => reconcileOnSchedule({ pool, config, temporal: () => Promise.resolve(temporal) }, actor),
      tellExpiring: () => tellExpiring({ pool, config }),
      tools: doesMedia ? findTools(config.media) : config.media,
      limits: { ...DEFAULT_LIMITS, ...config.limits },
      tempDir: config.tempDir,
    };
    return { depsFor: (plan) => ({ ...shared, residencies: plan.residencies }), close };
  } catch (error) {
    await close();
    throw error;
  }
}

const findTools = (media: Config['media']): Config['media'] => ({
  ffmpeg: findTool(media.ffmpeg, 'REELWAY_FFMPEG'),
  ffprobe: findTool(media.ffprobe, 'REELWAY_FFPROBE'),
  packager: findTool(media.packager, 'REELWAY_PACKAGER'),
});

/** A worker that handles no bytes never holds the key that opens all others. */
const NO_KEYS: KeyStore = {
  contentKey: () => Promise.reject(noKeys()),
  unwrap: () => Promise.reject(noKeys()),
};
const noKeys = (): ReelwayError => new ReelwayError('KEY_UNAVAILABLE', 'This worker serves no media queue.');
