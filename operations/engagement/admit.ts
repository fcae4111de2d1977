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
  const results = events.map((event): Counted => outside(event, window) ?? refused(event) ?? COUNTED);
  const firsts = hasRepeats(events) ? new Map<string, T>() : null;
  const candidates: T[] = [];
  const places: number[] = [];
  for (const [index, event] of events.entries()) {
    if (results[index] !== COUNTED) continue;
    const first = firsts && firstOrNone(firsts, event);
    if (first) results[index] = again(first.payloadHash === event.payloadHash);
    else {
      candidates.push(event);
      places.push(index);
    }
  }
  const before = await insertSeen(db, candidates);
  for (const { position, same } of before) results[places[position] ?? -1] = again(same);
  return { fresh: events.filter((_, index) => results[index] === COUNTED), results };
}

const hasRepeats = (events: readonly CountIdentity[]): boolean =>
  new Set(events.map(({ identity }) => identity)).size < events.length;

/** The one that came before with the same identity of the same day; null: this is the first. */
function firstOrNone<T extends CountIdentity>(firsts: Map<string, T>, event: T): T | null {
  const key = `${event.day}/${event.identity}`;
  const first = firsts.get(key);
  if (!first) firsts.set(key, event);
  return first ?? null;
}

/** One object: who is still counted in the end is told by it. */
const COUNTED: Counted = { is: 'counted' };
const again = (same: boolean): Counted => ({ is: same ? 'duplicate' : 'reused' });

function outside({ day }: CountIdentity, window: { from: string; until: string }): Counted | null {
  if (day === TIMELESS_DAY) return null;
  if (day < window.from) return { is: 'tooOld' };
  return day > window.until ? { is: 'ahead' } : null;
}
