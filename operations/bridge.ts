import { ReelwayError } from '../contracts/model/errors';
import { STARTS_SCOPE } from '../contracts/model/pauses';
import {
  BRIDGE_TOPICS,
  CONSUMED_TOPICS,
  COUNTED_TOPICS,
  isCounted,
  partitionName,
  type ConsumedTopic,
} from '../contracts/model/topics';
import { inTransaction } from '../platform/postgres/pool';
import { writeAudit } from '../platform/postgres/audit';
import { inboxFigures, readWithoutEffect, type WithoutEffect } from '../platform/postgres/inbox-figures';
import { readPauses, resumePause } from '../platform/postgres/pauses';
import { readWatermarks } from '../platform/postgres/watermarks';
import type { OperationsDeps } from './deps';
import { checkReason } from './input';
import { REACH_MS, within } from './within';

const DAY_MS = 24 * 60 * 60 * 1_000;

type Deps = Pick<OperationsDeps, 'pool' | 'kafka' | 'config'>;

/** One partition of a consumed topic. Offsets are decimal text. */
export interface PartitionStatus {
  topic: string;
  partition: number;
  /** Offset after the newest record. */
  end: string;
  /** What the group committed; null: nothing yet. */
  committed: string | null;
  /** Records that are not committed. */
  lag: number;
  /** For how long the oldest of them has waited at most: since the newest that was taken; null: nobody knows. */
  lagSeconds: number | null;
  /** Offset after the last record that is in the inbox; above `committed` by what was taken and not yet committed. */
  watermark: string | null;
  /** recreated: the topic ended below what we have had, in the last 24 h; went back: old records came again in the last 24 h. */
  notice: 'recreated' | 'went back' | null;
  /** When old records came again last, and the offset of the first of them; null: never. */
  wentBack: { at: string; to: string } | null;
}

export interface BridgeStatus {
  group: string;
  lag: number;
  /** The two topics that are counted have a group of their own. */
  projector: { group: string; lag: number };
  /** Times in ISO 8601; null: there is none. */
  inbox: { open: number; parked: number; dead: number; oldestOpen: string | null; oldestParked: string | null };
  /** Events without an effect: late and duplicate ones of the newest 100,000. */
  withoutEffect: WithoutEffect;
  /** Milestones that are stored and not known to be in Kafka. */
  outbound: { unsent: number; oldestUnsent: string | null };
  /** What waits for a person. */
  paused: { scope: string; code: string; reason: string; since: string }[];
  partitions: PartitionStatus[];
}

/** How the bridge stands, by Kafka and Postgres, whether one runs or not. Throws SERVICE_UNREACHABLE. */
export async function bridgeStatus(deps: Deps): Promise<BridgeStatus> {
  const { pool, config } = deps;
  const partitions = await partitionsOf(deps);
  const figures = await inboxFigures(pool);
  const pauses = await readPauses(pool);
  const { open, parked, dead } = figures;
  return {
    group: config.kafka.groupId,
    lag: lagOf(partitions.filter(({ topic }) => !isCounted(topic))),
    projector: { group: config.projector.groupId, lag: lagOf(partitions.filter(({ topic }) => isCounted(topic))) },
    inbox: { open, parked, dead, oldestOpen: iso(figures.oldestOpen), oldestParked: iso(figures.oldestParked) },
    withoutEffect: await readWithoutEffect(pool),
    outbound: { unsent: figures.unsent, oldestUnsent: iso(figures.oldestUnsent) },
    paused: pauses
      .filter((pause) => pause.resumedAt === null)
      .map(({ scope, code, reason, since }) => ({ scope, code, reason, since: since.toISOString() })),
    partitions,
  };
}

const lagOf = (partitions: PartitionStatus[]): number => partitions.reduce((sum, one) => sum + one.lag, 0);

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

async function partitionsOf({ pool, kafka, config }: Deps): Promise<PartitionStatus[]> {
  const watermarks = await readWatermarks(pool);
  const where = `Kafka at ${config.kafka.brokers.join(',')}`;
  const lags = await within(
    REACH_MS,
    where,
    Promise.all(SHOWN.map((topic) => kafka().lag(groupOf(config, topic), topic))),
  );
  return SHOWN.flatMap((topic, index) =>
    (lags[index] ?? []).map(({ partition, high, committed }): PartitionStatus => {
      const lag = Math.max(0, Number(BigInt(high) - BigInt(committed ?? 0)));
      const mark = watermarks.find((one) => one.topic === topic && one.partition === partition);
      const isRecreated = mark !== undefined && BigInt(mark.nextOffset) > BigInt(high);
      return {
        topic,
        partition,
        end: high,
        committed,
        lag,
        lagSeconds: lag === 0 ? 0 : secondsSince(mark?.recordMs ?? null),
        watermark: mark?.nextOffset ?? null,
        notice:
          isRecreated || isRecent(mark?.recreatedAt ?? null)
            ? 'recreated'
            : isRecent(mark?.wentBackAt ?? null)
              ? 'went back'
              : null,
        wentBack: mark?.wentBackAt ? { at: mark.wentBackAt.toISOString(), to: mark.wentBackTo ?? '' } : null,
      };
    }),
  );
}

const SHOWN = [...BRIDGE_TOPICS, ...COUNTED_TOPICS] as const;

const groupOf = ({ kafka, projector }: Deps['config'], topic: ConsumedTopic): string =>
  isCounted(topic) ? projector.groupId : kafka.groupId;

const secondsSince = (ms: number | null): number | null =>
  ms === null ? null : Math.max(0, Math.round((Date.now() - ms) / 1_000));

/** An older one is history, which wentBack tells. */
const isRecent = (at: Date | null): boolean => at !== null && Date.now() - at.getTime() < DAY_MS;

export interface ResumeInput {
  /** "topic/partition" or "starts". */
  scope: string;
  actor: string;
  reason: string;
}

export interface Resumed {
  scope: string;
  /** Records of the partition up to this offset become dead letters if they are bad; null: not a partition. */
  passesThrough: string | null;
}

/**
 * Lets go on what the bridge stopped by itself. Of a partition, everything that is in it now passes, for somebody has
 * looked at it; what comes later is judged anew. Throws NOT_PAUSED, REASON_MISSING.
 */
export async function resumeBridge(deps: Deps, input: ResumeInput): Promise<Resumed> {
  const { scope, actor } = input;
  const reason = checkReason(input.reason);
  const passesThrough = scope === STARTS_SCOPE ? null : await lastOffset(deps, scope);
  return inTransaction(deps.pool, async (db) => {
    await writeAudit(db, { commandId: null, contentId: null, actor, verb: 'bridge-resume', reason, args: { scope } });
    const resumed = await resumePause(db, scope, passesThrough);
    if (!resumed) throw new ReelwayError('NOT_PAUSED', `Nothing is paused under the name ${scope}.`);
    return { scope, passesThrough };
  });
}

async function lastOffset(deps: Deps, scope: string): Promise<string> {
  const [topic, partition] = await knownPartition(deps, scope);
  const found = (await deps.kafka().lag(deps.config.kafka.groupId, topic)).find((one) => one.partition === partition);
  return String(BigInt(found?.high ?? 0) - 1n);
}

async function knownPartition({ pool }: Deps, scope: string): Promise<[string, number]> {
  const isPaused = (await readPauses(pool)).some((pause) => pause.scope === scope && pause.resumedAt === null);
  const topic = CONSUMED_TOPICS.find((name) => scope.startsWith(`${name}/`));
  const partition = Number(scope.slice(scope.lastIndexOf('/') + 1));
  if (isPaused && topic !== undefined && partitionName(topic, partition) === scope) return [topic, partition];
  throw new ReelwayError('NOT_PAUSED', `Nothing is paused under the name ${scope}.`);
}
