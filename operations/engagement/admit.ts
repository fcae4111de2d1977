import { COUNT_WINDOW_DAYS, TIMELESS_DAY, type Counted, type CountIdentity } from '../../contracts/model/engagement';
import type { PoolClient } from '../../platform/postgres/pool';
import { insertSeen } from '../../platform/postgres/seen';
import { dayOf } from './identity';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface Admitted<T> {
  /** Those to be counted now. */
  fresh: T[];
  /** What became of each, in the order in which they were given. */
  results: Counted[];
}

/**
 * Tells events that are to be counted from those that were, and remembers them. `refused`: what is known of one before
 * that, with which it is not remembered; null: nothing. Within the transaction that counts: both happen, or neither.
 */
export async function admit<T extends CountIdentity>(
  db: PoolClient,
  events: readonly T[],
  refused: (event: T) => Counted | null = () => null,
  now = Date.now(),
): Promise<Admitted<T>> {
  const window = { from: dayOf(now - COUNT_WINDOW_DAYS * DAY_MS), until: dayOf(now + DAY_MS) };
  const firsts = new Map<string, T>();
  const candidates: T[] = [];
  const places: number[] = [];
  const results = events.map((event, index): Counted => {
    const out = outside(event, window) ?? refused(event);
    if (out) return out;
    const key = keyIn(firsts, event);
    const first = firsts.get(key);
    if (first) return again(first.payloadHash === event.payloadHash);
    firsts.set(key, event);
    candidates.push(event);
    places.push(index);
    return COUNTED;
  });
  const before = await insertSeen(db, candidates);
  for (const { position, same } of before) results[places[position] ?? -1] = again(same);
  return { fresh: events.filter((_, index) => results[index] === COUNTED), results };
}

/** Nearly always the identity; with its day where the same one came of two days. */
const keyIn = (firsts: ReadonlyMap<string, CountIdentity>, { identity, day }: CountIdentity): string =>
  (firsts.get(identity)?.day ?? day) === day ? identity : `${day}/${identity}`;

/** One object: who is still counted in the end is told by it. */
const COUNTED: Counted = { is: 'counted' };
const again = (same: boolean): Counted => ({ is: same ? 'duplicate' : 'reused' });

function outside({ day }: CountIdentity, window: { from: string; until: string }): Counted | null {
  if (day === TIMELESS_DAY) return null;
  if (day < window.from) return { is: 'tooOld' };
  return day > window.until ? { is: 'ahead' } : null;
}
