import type { Residency } from '../contracts/model/status';
import { CATALOG_QUEUE, LIFECYCLE_QUEUE, mediaQueueOf } from '../contracts/model/work';
import type { Config } from '../platform/config';

/** One task queue this process serves. residencies: whose bytes its activities may touch. */
export interface QueuePlan {
  taskQueue: string;
  kind: Config['worker']['queues'][number];
  residencies: Residency[];
}

/** Media work has a queue per residency, so that NG bytes stay on NG workers; the other queues touch no bytes. */
export function plannedQueues(config: Pick<Config['worker'], 'queues' | 'residencies'>): QueuePlan[] {
  const { residencies } = config;
  return config.queues.flatMap((kind): QueuePlan[] => {
    if (kind === 'lifecycle') return [{ taskQueue: LIFECYCLE_QUEUE, kind, residencies: [] }];
    if (kind === 'catalog') return [{ taskQueue: CATALOG_QUEUE, kind, residencies }];
    return residencies.map((residency) => ({ taskQueue: mediaQueueOf(residency), kind, residencies: [residency] }));
  });
}
