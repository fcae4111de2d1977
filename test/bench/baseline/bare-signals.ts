import type { Client, WorkflowOptions } from '@temporalio/client';

/** What a loop without a bridge does with an event: the workflow it belongs to, started or not, gets it as a signal. */
export interface BareEvent {
  workflowId: string;
  workflowType: string;
  taskQueue: string;
  input: unknown;
  signal: string;
  fact: unknown;
  /** What people see of the run: attributes, summary. The server stores and indexes it with the start. */
  shown: Pick<WorkflowOptions, 'typedSearchAttributes' | 'staticSummary' | 'staticDetails'>;
}

/** Signals-with-start, so many at once, one event each; nothing is checked, remembered or retried. */
export async function bareSignals(client: Client, events: BareEvent[], atOnce: number): Promise<void> {
  let next = 0;
  const takeTurns = async (): Promise<void> => {
    for (let event = events[next++]; event; event = events[next++]) {
      await client.workflow.signalWithStart(event.workflowType, {
        workflowId: event.workflowId,
        taskQueue: event.taskQueue,
        args: [event.input],
        signal: event.signal,
        signalArgs: [[event.fact]],
        ...event.shown,
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, takeTurns));
}
