import { ReelwayError } from '../../contracts/model/errors';
import { listConflicts, readAsset, type AssetRow, type ConflictRow } from '../../platform/postgres/assets';
import type { OperationsDeps } from '../deps';
import { checkContentId } from '../input';

type Dated<T, D extends keyof T> = Omit<T, D> & Record<D, string>;

/** A media asset; its keys are part of the command line's contract. Times are ISO 8601. */
export type MediaAsset = Dated<AssetRow, 'version' | 'updatedAt'>;

/** An update that came after a newer one and changed nothing. */
export type AssetConflict = Dated<ConflictRow, 'version' | 'standingVersion' | 'firstAt' | 'lastAt'>;

/** Throws NOT_FOUND where no service has said anything of the episode. */
export async function asset({ pool }: Pick<OperationsDeps, 'pool'>, episodeId: string): Promise<MediaAsset> {
  const row = await readAsset(pool, checkContentId(episodeId));
  if (!row) throw new ReelwayError('NOT_FOUND', `No service has said anything of the media of ${episodeId}.`);
  return { ...row, version: row.version.toISOString(), updatedAt: row.updatedAt.toISOString() };
}

const MOST = 1_000;
const DEFAULT_LIMIT = 50;

export interface ConflictsInput {
  episodeId?: string;
  /** At most so many; default 50, at most 1,000. */
  limit?: number;
  /** The id that the page before ended with. */
  after?: string;
}

/** Newest first. */
export async function assetConflicts(
  { pool }: Pick<OperationsDeps, 'pool'>,
  { episodeId, limit = DEFAULT_LIMIT, after }: ConflictsInput,
): Promise<AssetConflict[]> {
  const rows = await listConflicts(pool, {
    limit: Math.min(limit, MOST),
    ...(episodeId !== undefined && { episodeId: checkContentId(episodeId) }),
    ...(after !== undefined && { before: after }),
  });
  return rows.map((row) => ({
    ...row,
    version: row.version.toISOString(),
    standingVersion: row.standingVersion.toISOString(),
    firstAt: row.firstAt.toISOString(),
    lastAt: row.lastAt.toISOString(),
  }));
}
