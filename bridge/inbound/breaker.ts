import { ReelwayError } from '../../contracts/model/errors';
import type { KafkaRecord } from '../../contracts/model/ports';
import { partitionName } from '../../contracts/model/topics';
import type { Pauses } from './pauses';

/** When a partition is held: minRecords or more in one batch, of which this share or more would be dead letters. */
export interface BreakerLimits {
  minRecords: number;
  /** 0 to 1; 0 switches it off. */
  share: number;
}

/** Many bad records at once are a fault of their sender, or of ours: better held than turned into dead letters. */
export const isMostlyDead = (limits: BreakerLimits, records: number, dead: number): boolean =>
  limits.share > 0 && records >= limits.minRecords && dead >= records * limits.share;

/** Thrown inside the transaction of a batch, which it rolls back. */
export class BreakerTripped extends ReelwayError {
  constructor(
    readonly scope: string,
    readonly why: string,
  ) {
    super('BREAKER_OPEN', `${scope}: ${why}`);
  }
}

const scopeOf = ({ topic, partition }: KafkaRecord): string => partitionName(topic, partition);

/** Throws BREAKER_OPEN while the partition waits for a person. */
export function assertNotHeld(pauses: Pick<Pauses, 'last'>, [first]: KafkaRecord[]): void {
  if (!first) return;
  const pause = pauses.last(scopeOf(first));
  if (pause?.resumedAt === null) throw new ReelwayError('BREAKER_OPEN', `${pause.scope}: ${pause.reason}`);
}

/**
 * Records of one partition, cut for transactions of at most `atOnce`, and where those end that a person let pass: they
 * become dead letters whatever comes behind them.
 */
export function cutForIntake(pauses: Pick<Pauses, 'last'>, records: KafkaRecord[], atOnce: number): KafkaRecord[][] {
  const [first] = records;
  const through = (first && pauses.last(scopeOf(first))?.passesThrough) ?? null;
  const isLetPass = ({ offset }: KafkaRecord): boolean => through !== null && BigInt(offset) <= BigInt(through);
  const end = records.filter(isLetPass).length;
  return [records.slice(0, end), records.slice(end)].flatMap((part) =>
    Array.from({ length: Math.ceil(part.length / atOnce) }, (_, at) => part.slice(at * atOnce, (at + 1) * atOnce)),
  );
}

/** Throws BreakerTripped where too many of one partition's records would be dead, unless a person let these pass. */
export function assertMostlyGood(
  limits: BreakerLimits,
  pauses: Pick<Pauses, 'last'>,
  records: KafkaRecord[],
  dead: { code: string }[],
): void {
  const [first] = records;
  const last = records.at(-1);
  if (!first || !last || !isMostlyDead(limits, records.length, dead.length)) return;
  const pause = pauses.last(scopeOf(first));
  if (pause?.passesThrough && BigInt(last.offset) <= BigInt(pause.passesThrough)) return;
  const codes = [...new Set(dead.map(({ code }) => code))].sort().join(', ');
  throw new BreakerTripped(
    scopeOf(first),
    `${String(dead.length)} of ${String(records.length)} records from offset ${first.offset} would be dead letters (${codes})`,
  );
}
