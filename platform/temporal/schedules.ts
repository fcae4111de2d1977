import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client, type ScheduleOptions } from '@temporalio/client';

export interface Every {
  scheduleId: string;
  /** What people read of it in the Temporal UI. */
  note: string;
  everyMs: number;
  workflowType: string;
  taskQueue: string;
}

/** One that still runs when the next is due is left alone; what was missed while the server was away is not made up for. */
const CATCH_UP = '1 minute';

/** Makes the schedule, or brings it to what is asked for; true: it was not there. A pause of an operator's stays. */
export async function ensureSchedule(client: Client, every: Every): Promise<boolean> {
  const { scheduleId, note, everyMs, workflowType, taskQueue } = every;
  const spec = { intervals: [{ every: everyMs }] };
  const action = { type: 'startWorkflow' as const, workflowType, taskQueue, workflowId: scheduleId, args: [] };
  const policies = { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCH_UP };
  const options: ScheduleOptions = { scheduleId, spec, action, policies, state: { note } };
  try {
    await client.schedule.create(options);
    return true;
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(scheduleId).update((now) => ({ ...now, spec, action, policies }));
    return false;
  }
}
