import { countDeadLetters, deadLetterIds, type DeadLetterFilter } from '../platform/postgres/dead-letter-views';
import { checkFilter, checkSelection, type DeadLetterSelection } from './dead-letters-input';
import type { OperationsDeps } from './deps';

type Deps = Pick<OperationsDeps, 'pool'>;

/** Ids of one page: a short statement, and few that others have changed meanwhile. */
const IDS_AT_ONCE = 500;

/** How many letters a command would be about now. Throws INPUT_INVALID. */
export async function countSelected(deps: Deps, selection: DeadLetterSelection): Promise<number> {
  checkSelection(selection);
  const { ids = [], filter, limit = Number.MAX_SAFE_INTEGER, after } = selection;
  if (filter === undefined) return new Set(ids).size;
  const page = { order: 'oldest' as const, limit, ...(after !== undefined && { after }) };
  return (await countDeadLetters(deps.pool, checkFilter(filter), page)).count;
}

/**
 * The ids, oldest first, so that facts go in again in the order in which they came. Letters that come while it runs are
 * not among them: what is redriven in vain cannot be met twice. Throws INPUT_INVALID.
 */
export async function* selectedIds(deps: Deps, selection: DeadLetterSelection): AsyncGenerator<string> {
  checkSelection(selection);
  const { ids = [], filter, limit = Number.MAX_SAFE_INTEGER, after } = selection;
  if (filter === undefined) yield* new Set(ids);
  else yield* foundIds(deps, checkFilter(filter), limit, after);
}

async function* foundIds(deps: Deps, filter: DeadLetterFilter, limit: number, after = '0'): AsyncGenerator<string> {
  const { newest } = await countDeadLetters(deps.pool, filter, { order: 'oldest', limit: 1 });
  let last = after;
  for (let left = limit; left > 0;) {
    const page = { order: 'oldest' as const, limit: Math.min(left, IDS_AT_ONCE), after: last };
    const ids = (await deadLetterIds(deps.pool, filter, page)).filter((id) => BigInt(id) <= BigInt(newest));
    yield* ids;
    last = ids.at(-1) ?? last;
    left -= ids.length;
    if (ids.length < page.limit) return;
  }
}
