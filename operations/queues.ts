import { RESIDENCIES } from '../contracts/model/status';
import { CATALOG_QUEUE, LIFECYCLE_QUEUE, mediaQueueOf } from '../contracts/model/work';
import { describeQueue, type QueueKind } from '../platform/temporal/runs';
import type { OperationsDeps } from './deps';
import type { QueueView } from './run';

const QUEUES: { queue: string; kind: QueueKind }[] = [
  { queue: LIFECYCLE_QUEUE, kind: 'workflow' },
  { queue: CATALOG_QUEUE, kind: 'activity' },
  ...RESIDENCIES.map((residency) => ({ queue: mediaQueueOf(residency), kind: 'activity' as const })),
];

const TEMPORAL_MS = 3_000;

/** Every task queue of ours as the server sees it. Throws SERVICE_UNREACHABLE. */
export async function queues(deps: Pick<OperationsDeps, 'temporal'>): Promise<QueueView[]> {
  const { client } = await deps.temporal();
  return Promise.all(
    QUEUES.map(async ({ queue, kind }) => ({
      queue,
      kind,
      ...(await describeQueue(client, queue, kind, TEMPORAL_MS)),
    })),
  );
}
