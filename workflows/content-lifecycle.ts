import { ApplicationFailure, CancellationScope, setHandler } from '@temporalio/workflow';
import { ERRORS, type ErrorCode } from '../contracts/model/errors';
import {
  cancelUpdate,
  decideUpdate,
  extendUpdate,
  factsSignal,
  retryUpdate,
  stateQuery,
  takedownSignal,
  type CancelCommand,
  type DecideCommand,
  type ExtendCommand,
  type LifecycleInput,
  type LifecycleResult,
  type RetryCommand,
} from './messages';
import { LifecycleRun } from './run';
import {
  applyCancel,
  applyDecide,
  applyExtend,
  applyRetry,
  refuseCancel,
  refuseDecide,
  refuseExtend,
  refuseRetry,
} from './state/commands';
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
    if (refuseCancel(run.state) === null) {
      run.command((state) => applyCancel(state, { actor: 'temporal', reason: 'cancelled in Temporal' }));
    }
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

/** Before the first await, so that a signal that started the run finds its handler. */
function registerHandlers(run: LifecycleRun): void {
  setHandler(
    factsSignal,
    (facts) => {
      run.receive(facts);
    },
    { description: 'Facts from Kafka or HTTP, validated by the bridge' },
  );
  setHandler(
    takedownSignal,
    () => {
      run.takeDown();
    },
    { description: 'It was taken down: end, whatever is under way' },
  );
  setHandler(stateQuery, () => run.view(), { description: 'The state as people see it' });
  setHandler(retryUpdate, (command) => run.command((state) => applyRetry(state, command)), {
    validator: (command: RetryCommand) => {
      refuseWith(refuseRetry(run.state, command));
    },
    description: 'Begin a parked stage again',
  });
  setHandler(cancelUpdate, (command) => run.command((state) => applyCancel(state, command)), {
    validator: (_command: CancelCommand) => {
      refuseWith(refuseCancel(run.state));
    },
    description: 'Stop and undo; not once the content is visible',
  });
  setHandler(extendUpdate, (command) => run.command((state) => applyExtend(state, command, Date.now())), {
    validator: (command: ExtendCommand) => {
      refuseWith(refuseExtend(run.state, command));
    },
    description: 'Give a service, a reviewer or the creator more time',
  });
  setHandler(decideUpdate, (command) => run.command((state) => applyDecide(state, command)), {
    validator: (_command: DecideCommand) => {
      refuseWith(refuseDecide(run.state));
    },
    description: 'Decide the content: APPROVED, AGE_GATED, EDIT_REQUESTED or REMOVED',
  });
}

function refuseWith(code: ErrorCode | null): void {
  if (code !== null) throw ApplicationFailure.nonRetryable(ERRORS[code].title, code);
}
