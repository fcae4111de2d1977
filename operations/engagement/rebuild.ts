import { setTimeout as sleep } from 'node:timers/promises';
import { ReelwayError } from '../../contracts/model/errors';
import { writeAudit } from '../../platform/postgres/audit';
import { inTransaction } from '../../platform/postgres/pool';
import { askForRebuild, readRankings } from '../../platform/postgres/rankings';
import type { OperationsDeps } from '../deps';
import { checkReason } from '../input';

type Deps = Pick<OperationsDeps, 'pool'>;

export interface RebuildInput {
  actor: string;
  reason?: string | undefined;
}

export interface Rebuilt {
  /** Contents in catalog:trending. */
  members: number;
  /** ISO 8601. */
  rebuiltAt: string;
}

/** The writer shows a sign of life twice a second; while Redis hangs, every few seconds. */
const SILENT_MS = 15_000;
const LOOK_MS = 100;
/** A million contents take seconds. */
const DONE_WITHIN_MS = 50_000;

/**
 * Has the sorted sets made anew from Postgres by the projector that writes them, and waits for it. Throws
 * SERVICE_UNREACHABLE where no projector runs or Redis is away; OUTCOME_UNKNOWN where it takes longer: it is done all the same.
 */
export async function rebuildRankings({ pool }: Deps, input: RebuildInput): Promise<Rebuilt> {
  const { actor } = input;
  const reason = input.reason === undefined ? 'no reason given' : checkReason(input.reason);
  const asked = await inTransaction(pool, async (db) => {
    await writeAudit(db, { commandId: null, contentId: null, actor, verb: 'trending-rebuild', reason, args: {} });
    return BigInt(await askForRebuild(db));
  });
  const giveUpAt = Date.now() + DONE_WITHIN_MS;
  for (;;) {
    const { done, members, rebuiltAt, silentMs, trouble } = await readRankings(pool);
    if (BigInt(done) >= asked && rebuiltAt) return { members: members ?? 0, rebuiltAt: rebuiltAt.toISOString() };
    if (silentMs === null || silentMs > SILENT_MS) throw noProjector();
    if (trouble !== null) {
      throw new ReelwayError('SERVICE_UNREACHABLE', `The projector cannot write: ${trouble}`, {
        hint: 'Once Redis answers, the sets are made anew without another command.',
      });
    }
    if (Date.now() > giveUpAt) throw late();
    await sleep(LOOK_MS);
  }
}

const noProjector = (): ReelwayError =>
  new ReelwayError('SERVICE_UNREACHABLE', 'No projector runs that writes the sorted sets.', {
    hint: 'Start one, with REELWAY_REDIS_URL: reelway projector. It makes the sets anew when it starts.',
  });

const late = (): ReelwayError =>
  new ReelwayError('OUTCOME_UNKNOWN', 'The sets are still being made anew.', {
    hint: 'Nothing is to be done; reelway_projector_rebuilds_total counts it when it is over.',
  });
