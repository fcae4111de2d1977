import type { Fact } from '../../contracts/model/facts';
import { workflowIdOf } from '../../contracts/model/ids';
import { LIFECYCLE_QUEUE } from '../../contracts/model/work';
import type { OpenRow } from '../../platform/postgres/inbox';
import type { Temporal } from '../../platform/temporal/client';
import {
  isRunOpen,
  signalRun,
  signalWithStart,
  type Delivery,
  type RunStart,
} from '../../platform/temporal/lifecycle-runs';
import { createTokenBucket } from './token-bucket';
import { factsSignal, LIFECYCLE_WORKFLOW, type LifecycleInput } from '../../workflows/messages';

/** Below the lease of a key, so that its holder still holds it when the answer is there. */
const CALL_DEADLINE_MS = 8_000;

/** The way to the runs, as the dispatcher needs it. Throws whatever keeps Temporal from answering. */
export interface Runs {
  start(input: LifecycleInput, rows: OpenRow[], cause: OpenRow): Promise<Delivery>;
  signal(contentId: string, rows: OpenRow[]): Promise<Delivery>;
  isOpen(contentId: string): Promise<boolean>;
}

export function createRuns(client: Temporal['client'], callsPerSecond: number): Runs {
  const bucket = createTokenBucket(callsPerSecond);
  return {
    start: async (input, rows, cause) => {
      await bucket.take();
      const upload = uploadOf(input, cause);
      return signalWithStart(
        client,
        {
          workflowId: workflowIdOf(input.contentId),
          workflowType: LIFECYCLE_WORKFLOW,
          taskQueue: LIFECYCLE_QUEUE,
          input,
          signal: factsSignal.name,
          facts: rows.map(toFact),
          generation: input.generation,
          ...firstShown(input),
          ...upload,
        },
        CALL_DEADLINE_MS,
      );
    },
    signal: async (contentId, rows) => {
      await bucket.take();
      const run = { workflowId: workflowIdOf(contentId), signal: factsSignal.name, facts: rows.map(toFact) };
      return signalRun(client, run, CALL_DEADLINE_MS);
    },
    isOpen: async (contentId) => {
      await bucket.take();
      return isRunOpen(client, workflowIdOf(contentId), CALL_DEADLINE_MS);
    },
  };
}

/** What a run shows before its first task. It is what that task would show too, which then costs no event. */
const firstShown = ({ carried, policy }: LifecycleInput): Pick<RunStart, 'stage' | 'status' | 'deadlineAt'> =>
  carried
    ? { stage: 'moderate', status: 'STARTING', deadlineAt: null }
    : { stage: 'upload', status: 'RUNNING', deadlineAt: new Date(Date.now() + policy.deadlineMs.upload) };

const toFact = (row: OpenRow): Fact => ({ ...row.fact, row: row.rowId });

function uploadOf(input: LifecycleInput, cause: OpenRow) {
  const upload = input.carried?.upload ?? (cause.fact.body.kind === 'upload' ? cause.fact.body : null);
  return {
    creatorId: upload?.creatorId ?? '',
    residency: upload?.residency ?? 'GLOBAL',
    contentType: upload?.contentType ?? 'VIDEO',
    uploadSessionId: upload?.uploadSessionId ?? '',
  };
}
