import type { StackInfo } from './types';

/** Servers that somebody else runs, named in the environment. */
export interface GivenServers {
  readonly temporal?: StackInfo['temporal'];
  readonly kafka?: StackInfo['kafka'];
  readonly postgres?: StackInfo['postgres'];
  readonly redis?: StackInfo['redis'];
}

export function givenServers(env: NodeJS.ProcessEnv = process.env): GivenServers {
  const address = env['REELWAY_TEMPORAL_ADDRESS'];
  const brokers = env['REELWAY_KAFKA_BROKERS'];
  const url = env['REELWAY_POSTGRES_URL'];
  const redis = env['REELWAY_REDIS_URL'];
  return {
    ...(address && { temporal: { address, namespace: namespace(env), ui: env['REELWAY_TEMPORAL_UI'] ?? '' } }),
    ...(brokers && { kafka: { brokers: brokers.split(',').map((broker) => broker.trim()) } }),
    ...(url && { postgres: { url } }),
    ...(redis && { redis: { url: redis } }),
  };
}

const namespace = (env: NodeJS.ProcessEnv): string => env['REELWAY_TEMPORAL_NAMESPACE'] ?? 'default';

/** The environment that makes every process of ours use this stack. Parts that are not there are left out. */
export function stackEnv(stack: StackInfo): Record<string, string> {
  const all = {
    REELWAY_TEMPORAL_ADDRESS: stack.temporal.address,
    REELWAY_TEMPORAL_NAMESPACE: stack.temporal.namespace,
    REELWAY_TEMPORAL_UI: stack.temporal.ui,
    REELWAY_KAFKA_BROKERS: stack.kafka.brokers.join(','),
    REELWAY_POSTGRES_URL: stack.postgres.url,
    REELWAY_REDIS_URL: stack.redis.url,
    REELWAY_OBJECTS_ROOT: stack.objects.root,
    REELWAY_FFMPEG: stack.media.ffmpeg,
    REELWAY_FFPROBE: stack.media.ffprobe,
    REELWAY_PACKAGER: stack.media.packager,
    REELWAY_KEK_FILE: stack.keys.kek,
    REELWAY_TEMP_DIR: stack.temp.root,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}
