import { ReelwayError } from '../contracts/model/errors';
import type { FanOutInput, FanOutProgress } from '../contracts/model/work';
import { reached } from '../platform/faults';
import {
  advanceFanOut,
  countFanOut,
  endFanOut,
  readFanOut,
  stopFanOut,
  subscribersAfter,
  type FanOut,
} from '../platform/postgres/fanouts';
import type { Attempt, Tell } from './attempt';
import type { ActivityDeps } from './deps';

/** Subscribers between two looks at the content: few enough that memory is flat and a lost worker repeats little. */
const PAGE = 2_000;
/** Calls of the activity that a fan-out of any size takes: each is six events of its run, and shows people how far it is. */
const SHARES = 5;
/** Of one page, with all that Kafka may take. */
const LONGEST_PAGE_MS = 60_000;

/**
 * Tells the next share of the subscribers, page by page from where the row says it is, which is written after Kafka has a
 * page: whatever repeats a page sends the same ids and bytes. Stops where the content is no longer for everybody to see.
 */
export const tellSubscribers = (
  deps: ActivityDeps,
  attempt: Attempt,
  { contentId }: FanOutInput,
): Promise<FanOutProgress> =>
  attempt.pulse({ percent: 0, label: 'subscribers' }, LONGEST_PAGE_MS, async (tell) => {
    const begun = await look(deps, contentId);
    const total = await countFanOut(deps.pool, begun);
    return tellShare(deps, attempt, { ...begun, total }, tell);
  });

async function tellShare(
  deps: ActivityDeps,
  attempt: Attempt,
  of: FanOut & { total: number },
  tell: Tell,
): Promise<FanOutProgress> {
  const { contentId, total } = of;
  const until = of.told + Math.max(PAGE, Math.ceil(total / SHARES));
  let { cursor, told } = of;
  let next = pageAfter(deps, of, cursor);
  for (;;) {
    attempt.signal.throwIfAborted();
    const [users, now] = await Promise.all([next, look(deps, contentId)]);
    if (now.ended) return { told: now.told, total, ended: true, stopped: now.stopped };
    const last = users.at(-1);
    const stopped = now.visibility === 'PUBLISHED' ? null : now.visibility;
    if (stopped !== null) {
      if (await stopFanOut(deps.pool, contentId, stopped)) return { told, total, ended: true, stopped };
      continue;
    }
    if (last === undefined) {
      await endFanOut(deps.pool, contentId);
      return { told, total, ended: true, stopped: null };
    }
    if (told >= until) return { told, total, ended: false, stopped: null };
    next = pageAfter(deps, of, last);
    await deps.newContent.tell(of, users);
    await reached('fan-out.after-send');
    told += users.length;
    cursor = last;
    await advanceFanOut(deps.pool, { contentId, cursor, told });
    await reached('fan-out.after-page');
    tell((told / Math.max(total, told)) * 100, `${String(told)} of ${String(total)} subscribers`);
  }
}

/** Read while the page before is sent. It may fail before anybody waits for it, and is waited for then. */
function pageAfter({ pool }: ActivityDeps, { creatorId }: FanOut, cursor: string): Promise<string[]> {
  const page = subscribersAfter(pool, { creatorId, cursor, limit: PAGE });
  page.catch(() => undefined);
  return page;
}

async function look({ pool }: ActivityDeps, contentId: string): Promise<FanOut> {
  const found = await readFanOut(pool, contentId);
  if (found) return found;
  throw new ReelwayError('CONTENT_NOT_FOUND', `Nobody was to be told of ${contentId}.`);
}
