import { RATINGS_KEY, TRENDING_KEY } from '../../contracts/model/rankings';
import { ReelwayError } from '../../contracts/model/errors';
import { visibleContents, type VisibleContent } from '../../platform/postgres/rankings';
import type { OperationsDeps } from '../deps';

type Deps = Pick<OperationsDeps, 'pool' | 'redis'>;

export interface RankingInput {
  /** 1 to 100. */
  limit: number;
  /** Visible contents to pass over; 0 to 1,000. */
  offset: number;
}

export interface RankedContent extends VisibleContent {
  /** Sum of scores, or mean rating. */
  score: number;
}

export const MOST_LISTED = 100;
/** Nobody pages further by hand, and whoever asks need not say who they are. */
export const FURTHEST = 1_000;
/** Members that are not visible cost as much as others: beyond about so many nobody looks. */
const MOST_LOOKED_AT = 6_000;
/** Members of the first look. Each look is twice the one before, so that even the longest answer takes five. */
const FIRST_LOOK = 200;

/** What viewers watch now, by falling score: contents that are visible at this moment. Throws INPUT_INVALID, SERVICE_UNREACHABLE. */
export const trending = (deps: Deps, input: RankingInput): Promise<RankedContent[]> =>
  ranking(deps, TRENDING_KEY, input);

/** The same by mean rating; contents that nobody rated are not in it. */
export const ratings = (deps: Deps, input: RankingInput): Promise<RankedContent[]> => ranking(deps, RATINGS_KEY, input);

async function ranking({ pool, redis }: Deps, key: string, { limit, offset }: RankingInput): Promise<RankedContent[]> {
  if (!isWithin(limit, 1, MOST_LISTED) || !isWithin(offset, 0, FURTHEST)) {
    throw new ReelwayError(
      'INPUT_INVALID',
      `limit is 1 to ${String(MOST_LISTED)}, offset 0 to ${String(FURTHEST)}, both whole.`,
    );
  }
  const found: RankedContent[] = [];
  let count = FIRST_LOOK;
  for (let from = 0; found.length < offset + limit && from < MOST_LOOKED_AT; from += count, count *= 2) {
    const members = await redis().highest(key, from, count);
    const visible = await visibleContents(
      pool,
      members.map(({ member }) => member),
    );
    for (const { member, score } of members) {
      const content = visible.get(member);
      if (content) found.push({ ...content, score });
    }
    if (members.length < count) break;
  }
  return found.slice(offset, offset + limit);
}

const isWithin = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;
