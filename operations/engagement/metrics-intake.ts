import { ReelwayError } from '../../contracts/model/errors';
import type { Counted, MetricsMessage } from '../../contracts/model/engagement';
import { toReelwayError } from '../../platform/errors';
import { createMicroBatcher } from '../../platform/micro-batcher';
import { inTransactionAgain, type Pool } from '../../platform/postgres/pool';
import { countMetrics } from './count-metrics';
import { requestIdentity, type MetricsRequest } from './identity';

/** Metrics that come one message at a time. */
export interface MetricsIntake {
  /**
   * Resolves once it is durable. bytes: of the body. Throws CONTENT_NOT_FOUND where one of its contents is unknown, and then nothing of it was
   * counted; EVENT_ID_REUSED, TOO_OLD_TO_COUNT, DATED_AHEAD, SERVICE_UNREACHABLE.
   */
  count(request: MetricsRequest & { bytes?: number }): Promise<'counted' | 'duplicate'>;
}

/** About; a transaction takes a few thousand of them. */
const BYTES_OF_A_METRIC = 200;
/** Seconds of work; their senders would have given up. */
const MOST_WAITING = 2_000;
/** A body may be 1 MiB: 2,000 of them would be the memory of the process. Usual ones are 1 KiB and never come near. */
const MOST_WAITING_BYTES = 64 * 1024 * 1024;

/** bytes: of the body as it came, which stands in memory for as long as it waits. */
type Sized = MetricsMessage & { bytes: number };

/** Those that come at the same time share a transaction, so that many cost few round trips. */
export function createMetricsIntake(pool: Pool): MetricsIntake {
  const take = (messages: Sized[]): Promise<Counted[]> =>
    inTransactionAgain(pool, (db) => countMetrics(db, messages)).catch((error: unknown) => {
      throw toReelwayError(error);
    });
  const batcher = createMicroBatcher(take, {
    bytesOf: ({ metrics, bytes }) => Math.max(bytes, metrics.length * BYTES_OF_A_METRIC),
    mostWaiting: MOST_WAITING,
    mostWaitingBytes: MOST_WAITING_BYTES,
  });
  return {
    count: async (request) => {
      const [counted] = await batcher.add([
        { ...requestIdentity(request), metrics: [...request.metrics], bytes: request.bytes ?? 0 },
      ]);
      return answerOf(counted ?? { is: 'duplicate' });
    },
  };
}

/** Ids that a refusal names, and characters of each: they are whatever somebody sent. */
const MOST_NAMED = 5;
const MOST_OF_EACH = 64;

function answerOf(counted: Counted): 'counted' | 'duplicate' {
  switch (counted.is) {
    case 'counted':
    case 'duplicate':
      return counted.is;
    case 'unknown':
      throw unknownContents(counted.contentIds);
    case 'reused':
      throw new ReelwayError(
        'EVENT_ID_REUSED',
        'The message had come before with other metrics; the first one counts.',
        {
          hint: 'Send other metrics under an Idempotency-Key or event id of their own.',
        },
      );
    case 'tooOld':
      throw new ReelwayError('TOO_OLD_TO_COUNT');
    case 'ahead':
      throw new ReelwayError('DATED_AHEAD');
  }
}

/** Also for ids that cannot be anybody's. */
export const unknownContents = (contentIds: readonly string[]): ReelwayError =>
  new ReelwayError('CONTENT_NOT_FOUND', `There is no content ${named(contentIds)}.`, {
    hint: 'Nothing of the message was counted. Send it again once its contents are registered, or without them.',
  });

const named = (contentIds: readonly string[]): string =>
  contentIds
    .slice(0, MOST_NAMED)
    .map((id) => JSON.stringify(id.slice(0, MOST_OF_EACH)))
    .join(', ');
