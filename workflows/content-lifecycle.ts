import { CancellationScope } from '@temporalio/workflow';
import { registerHandlers } from './handlers';
import type { LifecycleInput, LifecycleResult } from './messages';
import { LifecycleRun } from './run';
import { cancel } from './state/commands';
import { carryOver, newState, type LifecycleState } from './state/state';
import { takeOver } from './state/take-over';

/**
 * One content item from upload to publication. Facts come by signal in any order and any number, people's commands by
 * update; the loop in run.ts folds them into one state, whose gates say which stage may begin. It ends only when the
 * content has: published, removed, cancelled or failed. What goes wrong on the way parks and waits.
 */
export async function contentLifecycle(input: LifecycleInput): Promise<LifecycleResult> {
  const run = new LifecycleRun(input, firstState(input));
  registerHandlers(run);
  // A cancel from the Temporal UI is a command like any other: it must compensate, so nothing of ours is cut short.
  CancellationScope.current().cancelRequested.catch(() => {
    const command = { commandId: 'temporal', actor: 'temporal', reason: 'cancelled in Temporal' };
    if (cancel.refuse(run.state, command) === null) run.command(cancel, command);
  });
  return CancellationScope.nonCancellable(() => run.conduct());
}

function firstState(input: LifecycleInput): LifecycleState {
  if (input.resumed !== undefined) return input.resumed as LifecycleState;
  const { contentId, generation, policy } = input;
  const state = newState({ contentId, generation, policy });
  if (input.taken) return takeOver(state, input.taken, Date.now());
  return input.carried ? carryOver(state, input.carried, Date.now()) : state;
}
