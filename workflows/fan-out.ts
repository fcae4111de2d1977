import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import { CATALOG_QUEUE, type Activities, type FanOutInput, type FanOutProgress } from '../contracts/model/work';

const SECOND = 1_000;

/**
 * Trouble with Kafka or Postgres backs off to at most 20 s between tries, without limit. No residency has a queue of its
 * own here, because no bytes of the content are touched: its records carry the residency.
 */
const { tellSubscribers } = proxyActivities<Activities>({
  taskQueue: CATALOG_QUEUE,
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: 10 * SECOND,
  retry: { initialInterval: 200, backoffCoefficient: 2, maximumInterval: 20 * SECOND },
});

/** Tells the subscribers of new content, a share at a time, so that people see how far it is and the history stays short. */
export async function fanOut(input: FanOutInput): Promise<FanOutProgress> {
  setCurrentDetails('Counts the subscribers.');
  for (;;) {
    const progress = await tellSubscribers.executeWithOptions({ summary: `tell subscribers of ${input.contentId}` }, [
      input,
    ]);
    setCurrentDetails(detailsOf(progress));
    if (progress.ended) return progress;
  }
}

function detailsOf({ told, total, ended, stopped }: FanOutProgress): string {
  const said = `Told ${String(told)} of ${String(total)} subscribers`;
  if (stopped !== null) return `${said}; stopped, because the content is ${stopped}.`;
  return ended ? `${said}: everybody.` : `${said}.`;
}
