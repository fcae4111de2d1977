import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kafka } from '../../contracts/model/ports';
import { TOPICS } from '../../contracts/model/topics';
import { databaseUrl } from '../../local/stack/databases';
import type { StackInfo } from '../../local/stack/types';
import { loadConfig, type Config } from '../../platform/config';
import { createKafka } from '../../platform/kafka/kafka';
import { createLog, type Logger } from '../../platform/log';
import { createPool, type Pool } from '../../platform/postgres/pool';
import { createRedis, type Redis } from '../../platform/redis/client';
import { connectTemporal, type Temporal } from '../../platform/temporal/client';
import { ensureNamespace } from '../../platform/temporal/namespace';
import { ensureSearchAttributes } from '../../platform/temporal/search-attributes';
import { endProcesses } from './leaks';
import {
  runReelway,
  spawnReelway,
  startReelway,
  worldFolder,
  WORLD_MARK,
  type ReelwayCommand,
  type ReelwayProcess,
  type RunResult,
} from './processes';
import { recordHistories } from './record-histories';
import { testStack } from './stack';
import { createTopicTools, type TopicTools } from './topics';
import { createWorldDatabase, dropWorldDatabase } from './world-database';

/** Enough for order per key to matter, few enough that a world is made quickly. */
const MOST_PARTITIONS = 3;

export interface WorldOptions {
  /** The servers this world uses; default all three. Fewer is faster. */
  uses?: readonly ('postgres' | 'kafka' | 'temporal')[];
  /** Variables of every process of this world, over the ones made here. */
  env?: Record<string, string>;
  /** Partitions per topic; default 3 or fewer. 'real': as the topic table says. */
  partitions?: number | 'real';
  /** Servers in place of the shared ones: those that a test takes away. */
  servers?: Partial<Pick<StackInfo, 'temporal' | 'kafka' | 'postgres' | 'redis'>>;
}

/** Everything one test file needs for itself on the shared servers: database, topics, namespace, folders, keys. */
export interface World {
  name: string;
  stack: StackInfo;
  config: Config;
  /** The environment of child processes. */
  env: Record<string, string>;
  log: Logger;
  pool: Pool;
  kafka: Kafka;
  redis: Redis;
  temporal: Temporal;
  topics: TopicTools;
  dirs: { root: string; objects: string; temp: string; faults: string; logs: string };
  /** A long-running process (worker, bridge, up), ready when this resolves. */
  spawnReelway(args: string[], env?: Record<string, string>): Promise<ReelwayProcess>;
  /** A command, run to its end. */
  runReelway(args: string[], env?: Record<string, string>): Promise<RunResult>;
  /** A command that a test looks at on its way. */
  startReelway(args: string[], env?: Record<string, string>): ReelwayCommand;
  /** Ends every process, and fails when one of their children outlives them; then removes what the world made. */
  close(): Promise<void>;
}

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const uses = new Set(options.uses ?? ['postgres', 'kafka', 'temporal']);
  const stack: StackInfo = { ...testStack(), ...options.servers };
  const name = `w${randomBytes(5).toString('hex')}`;
  const dirs = makeDirs(name);
  const env = { ...worldEnv(name, stack, dirs), ...options.env };
  const config = loadConfig(env);
  const log = createLog({ level: process.env['REELWAY_TEST_LOG'] ?? 'silent' }, { world: name });
  const pool = createPool(config.postgres);
  const kafka = createKafka(config.kafka, log);
  const redis = createRedis({ url: config.redis.url ?? '', prefix: config.redis.prefix }, log);
  const temporal = await connectTemporal(config.temporal);
  await Promise.all([
    uses.has('postgres') && createWorldDatabase(stack.postgres.url, name),
    uses.has('kafka') && kafka.createTopics(worldTopics(options.partitions ?? MOST_PARTITIONS)),
    uses.has('temporal') && prepareNamespace(temporal),
  ]);

  const processes: ReelwayProcess[] = [];
  let spawned = 0;
  return {
    ...{ name, stack, config, env, log, pool, kafka, redis, temporal, dirs },
    topics: createTopicTools(kafka),
    spawnReelway: async (args, extra = {}) => {
      // Two that are started side by side must not read each other's address.
      const logFile = join(dirs.logs, `${String(spawned++)}-${args[0] ?? 'reelway'}.log`);
      const started = await spawnReelway(args, { ...env, ...extra }, logFile);
      processes.push(started);
      return started;
    },
    startReelway: (args, extra = {}) => startReelway(args, { ...env, ...extra }),
    runReelway: (args, extra = {}) => runReelway(args, { ...env, ...extra }),
    close: async () => {
      await recordHistories(temporal.client, name);
      redis.close();
      await Promise.all([kafka.close(), pool.end(), temporal.close()]);
      try {
        await endProcesses(name, processes);
      } finally {
        if (uses.has('postgres')) await dropWorldDatabase(stack.postgres.url, name);
        rmSync(dirs.root, { recursive: true, force: true });
      }
    },
  };
}

function makeDirs(name: string): World['dirs'] {
  const root = mkdtempSync(join(tmpdir(), worldFolder(name)));
  const dirs = {
    root,
    objects: join(root, 'objects'),
    temp: join(root, 'temp'),
    faults: join(root, 'faults'),
    logs: join(root, 'logs'),
  };
  for (const dir of Object.values(dirs)) mkdirSync(dir, { recursive: true });
  writeFileSync(join(root, 'kek'), `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  return dirs;
}

/** PATH and HOME only from our own environment, so that a developer's settings do not leak into tests. */
const worldEnv = (name: string, stack: StackInfo, dirs: World['dirs']): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: process.env['HOME'] ?? '/',
  [WORLD_MARK]: name,
  REELWAY_TEMPORAL_ADDRESS: stack.temporal.address,
  REELWAY_TEMPORAL_NAMESPACE: name,
  REELWAY_TEMPORAL_UI: stack.temporal.ui,
  REELWAY_KAFKA_BROKERS: stack.kafka.brokers.join(','),
  REELWAY_KAFKA_TOPIC_PREFIX: `${name}.`,
  REELWAY_KAFKA_GROUP: `${name}-bridge`,
  REELWAY_PROJECTOR_GROUP: `${name}-projector`,
  REELWAY_POSTGRES_URL: databaseUrl(stack.postgres.url, name),
  REELWAY_REDIS_URL: stack.redis.url,
  REELWAY_REDIS_PREFIX: `${name}:`,
  REELWAY_OBJECTS_ROOT: dirs.objects,
  REELWAY_TEMP_DIR: dirs.temp,
  REELWAY_KEK_FILE: join(dirs.root, 'kek'),
  REELWAY_FFMPEG: stack.media.ffmpeg,
  REELWAY_FFPROBE: stack.media.ffprobe,
  REELWAY_PACKAGER: stack.media.packager,
  REELWAY_METRICS_PORT: '0',
  REELWAY_FAULT_DIR: dirs.faults,
});

const worldTopics = (partitions: number | 'real'): Parameters<Kafka['createTopics']>[0] =>
  Object.entries(TOPICS).map(([name, row]) => ({
    name,
    partitions: partitions === 'real' ? row.partitions : Math.min(row.partitions, partitions),
    config: { 'retention.ms': String(row.retentionMs) },
  }));

async function prepareNamespace({ connection, namespace }: Temporal): Promise<void> {
  await ensureNamespace(connection, namespace);
  await ensureSearchAttributes(connection, namespace);
}
