import { ActivityCancellationType, proxyActivities, type ActivityOptions } from '@temporalio/workflow';
import type { Stage } from '../contracts/model/status';
import { CATALOG_QUEUE, mediaQueueOf, type Activities } from '../contracts/model/work';
import type { StartedState } from './state/gates';
import type { LifecycleState } from './state/state';

const SECOND = 1_000;

/** Trouble with a server backs off to at most 20 s between tries, without limit: nothing is given up while it is down. */
const PATIENT: ActivityOptions = {
  taskQueue: CATALOG_QUEUE,
  startToCloseTimeout: 30 * SECOND,
  retry: { initialInterval: 200, backoffCoefficient: 2, maximumInterval: 20 * SECOND },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
};

type Proxies = ReturnType<typeof proxyActivities<Activities>>;

/** Where an admin gave the content another priority, its work from then on has it. */
const work = ({ priority }: LifecycleState, options: ActivityOptions): Proxies =>
  proxyActivities<Activities>(priority === undefined ? options : { ...options, priority: { priorityKey: priority } });

/** Short activities on Postgres and Kafka. */
export const catalog = (state: LifecycleState): Proxies => work(state, PATIENT);

/** A check is tried three times, inside the stage's deadline; then it counts as down, and a person looks at the content. */
export const checks = (state: LifecycleState): Proxies =>
  work(state, {
    ...PATIENT,
    scheduleToCloseTimeout: state.policy.deadlineMs.moderate,
    retry: { initialInterval: SECOND, maximumAttempts: 3 },
  });

const TRIES: Record<Stage, (state: StartedState) => number> = {
  upload: () => 4,
  transcode: (state) => state.policy.attempts.transcode,
  moderate: () => 3,
  package: (state) => state.policy.attempts.package,
  publish: () => 5,
};

/** A lost worker is noticed after this long without a heartbeat. */
const HEARTBEAT_MS = 20 * SECOND;

/**
 * Media work of a stage: in the content's own residency, with the stage's deadline over all attempts together, and
 * cancelled only once its processes are gone (the documented default acts as TRY_CANCEL, so it is said here).
 */
export const media = (state: StartedState, stage: Stage): Proxies =>
  work(state, {
    taskQueue: mediaQueueOf(state.upload.residency),
    scheduleToCloseTimeout: state.policy.deadlineMs[stage],
    heartbeatTimeout: HEARTBEAT_MS,
    retry: {
      initialInterval: SECOND,
      backoffCoefficient: 2,
      maximumInterval: 60 * SECOND,
      maximumAttempts: TRIES[stage](state),
    },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  });
