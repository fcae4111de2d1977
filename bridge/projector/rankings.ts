import { RANKING_MARK, RATINGS_KEY, TRENDING_KEY } from '../../contracts/model/rankings';
import type { Pool } from '../../platform/postgres/pool';
import {
  markWritten,
  reportRebuilt,
  standingsAfter,
  unwrittenStandings,
  type Standing,
} from '../../platform/postgres/rankings';
import type { Ranked, Redis } from '../../platform/redis/client';

/** What a rebuild leaves that was killed on its way goes by itself, in seconds; far longer than one takes. */
const FORGET_AFTER_S = 24 * 60 * 60;
/** Contents of one step. */
const AT_ONCE = 1_000;

/** Sets the members only where our mark stands: whoever took over, or emptied the server, has another one, or none. */
const WRITE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local at = 2
for set = 2, 3 do
  local count = tonumber(ARGV[at])
  at = at + 1
  for _ = 1, count do
    redis.call('ZADD', KEYS[set], ARGV[at], ARGV[at + 1])
    at = at + 2
  end
end
return 1`;

/** Puts what was built in place of the sets, both at once, where the mark is still the one that was seen before. */
const SWITCH = `
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
for at = 2, 4, 2 do
  if redis.call('EXISTS', KEYS[at]) == 1 then
    redis.call('RENAME', KEYS[at], KEYS[at + 1])
    redis.call('PERSIST', KEYS[at + 1])
  else redis.call('DEL', KEYS[at + 1]) end
end
redis.call('SET', KEYS[1], ARGV[2])
return 1`;

interface Deps {
  pool: Pool;
  redis: Redis;
}

/** Writes what changed, in steps; false: the sets are not, or no more, those that `mark` made. */
export async function writeChanges({ pool, redis }: Deps, mark: string): Promise<boolean> {
  for (;;) {
    const changed = await unwrittenStandings(pool, AT_ONCE);
    const sets = [changed.map(trendingOf), changed.flatMap(ratingOf)];
    const args = sets.flatMap((set) => [
      String(set.length),
      ...set.flatMap(({ member, score }) => [String(score), member]),
    ]);
    // Asked also where nothing changed: the server may have been emptied.
    const isOurs = await redis.run(WRITE, [RANKING_MARK, TRENDING_KEY, RATINGS_KEY], [mark, ...args]);
    if (isOurs !== 1) return false;
    if (changed.length > 0) await markWritten(pool, changed);
    if (changed.length < AT_ONCE) return true;
  }
}

/**
 * Makes both sets anew from Postgres, beside those that stand, and switches. What changes meanwhile is written after it,
 * for nothing is marked as written here. False: somebody else switched first.
 */
export async function rebuild({ pool, redis }: Deps, mark: string, asked: string): Promise<boolean> {
  const before = (await redis.get(RANKING_MARK)) ?? '';
  const trending = `${TRENDING_KEY}:${mark}`;
  const ratings = `${RATINGS_KEY}:${mark}`;
  await redis.remove(trending, ratings);
  const members = await fill({ pool, redis }, trending, ratings);
  const keys = [RANKING_MARK, trending, TRENDING_KEY, ratings, RATINGS_KEY];
  const switched = await redis.run(SWITCH, keys, [before, mark]);
  if (switched === 1) await reportRebuilt(pool, asked, members);
  else await redis.remove(trending, ratings);
  return switched === 1;
}

async function fill({ pool, redis }: Deps, trending: string, ratings: string): Promise<number> {
  let members = 0;
  for (let after = ''; ;) {
    const page = await standingsAfter(pool, after, AT_ONCE);
    await redis.add(trending, page.map(trendingOf), FORGET_AFTER_S);
    await redis.add(ratings, page.flatMap(ratingOf), FORGET_AFTER_S);
    members += page.length;
    const last = page.at(-1);
    if (!last || page.length < AT_ONCE) return members;
    after = last.contentId;
  }
}

const trendingOf = ({ contentId, score }: Standing): Ranked => ({ member: contentId, score: toScore(score) });

const ratingOf = ({ contentId, rating }: Standing): Ranked[] =>
  rating === null ? [] : [{ member: contentId, score: toScore(rating) }];

/** The nearest double; a sum beyond all of them is the greatest. */
const toScore = (decimal: string): number => Math.min(Number(decimal), Number.MAX_VALUE);
