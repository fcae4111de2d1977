import type { Counted, MetricsMessage } from '../../contracts/model/engagement';
import type { PoolClient } from '../../platform/postgres/pool';
import { addMetrics, knownContents } from '../../platform/postgres/totals';
import { admit } from './admit';

/**
 * Counts each message once, as a whole and only where all its contents are known. In a transaction of the caller; a
 * result per message, in their order. Over HTTP `unknown` is a 404.
 */
export async function countMetrics(
  db: PoolClient,
  messages: readonly MetricsMessage[],
  now = Date.now(),
): Promise<Counted[]> {
  const named = new Set(messages.flatMap(({ metrics }) => metrics.map(({ contentId }) => contentId)));
  const known = await knownContents(db, [...named]);
  const { fresh, results } = await admit(db, messages, (message) => unknownIn(message, known), now);
  await addMetrics(
    db,
    fresh.flatMap(({ metrics }) => metrics),
  );
  return results;
}

/** Not remembered: once its contents are there, the same message counts. */
function unknownIn({ metrics }: MetricsMessage, known: Set<string>): Counted | null {
  const contentIds = [...new Set(metrics.map(({ contentId }) => contentId))].filter((id) => !known.has(id));
  return contentIds.length === 0 ? null : { is: 'unknown', contentIds };
}
