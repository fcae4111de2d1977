import type { UpdateDefinition } from '@temporalio/common';
import { patched, setHandler } from '@temporalio/workflow';
import { refusal } from './failure';
import {
  cancelUpdate,
  decideUpdate,
  extendUpdate,
  factsSignal,
  holdUpdate,
  releaseUpdate,
  reprioritiseUpdate,
  retryingSignal,
  retryUpdate,
  skipUpdate,
  stateQuery,
  takedownSignal,
  type Command,
  type CommandAnswer,
} from './messages';
import type { LifecycleRun } from './run';
import { STAGES } from '../contracts/model/status';
import type { RetryingWork } from '../contracts/model/work';
import { noteRetrying, waitsForWorker, withWorker } from './state/retrying';
import * as verbs from './state/commands';

const RETRYING_NOTED = 'retrying-noted';
const WORKER_CAME = 'worker-came';

/** Before the first await, so that a signal that started the run finds its handler. */
export function registerHandlers(run: LifecycleRun): void {
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
  setHandler(
    retryingSignal,
    (work) => {
      // A worker from before it was known has let the signal lie in the same task.
      if (patched(RETRYING_NOTED)) note(run, work);
    },
    { description: 'Whether its work is tried for longer than is usual' },
  );
  setHandler(stateQuery, () => run.view(), { description: 'The state as people see it' });
  handle(run, retryUpdate, verbs.retry, 'Begin a parked stage or rendition again, also with corrected input');
  handle(run, skipUpdate, verbs.skip, 'Go on without a rendition, or without moderation');
  handle(run, cancelUpdate, verbs.cancel, 'Stop and undo; not once the content is visible');
  handle(run, extendUpdate, verbs.extend, 'Give a service, a reviewer or the creator more time');
  handle(run, holdUpdate, verbs.hold, 'Begin nothing new and let deadlines stand still');
  handle(run, releaseUpdate, verbs.release, 'Go on after a hold');
  handle(run, reprioritiseUpdate, verbs.reprioritise, 'Have the work from now on taken sooner or later: 1 to 5');
  handle(run, decideUpdate, verbs.decide, 'Decide the content: APPROVED, AGE_GATED, EDIT_REQUESTED or REMOVED');
}

/** A run from before a worker's arrival was told goes on waiting for it until the work has ended. */
function note(run: LifecycleRun, work: RetryingWork | null): void {
  const hasCome = work?.code !== 'NO_WORKER' && STAGES.some((stage) => waitsForWorker(run.state.stages[stage]));
  if (hasCome && patched(WORKER_CAME)) run.update(withWorker);
  run.update((state) => noteRetrying(state, work));
}

function handle<C extends Command>(
  run: LifecycleRun,
  update: UpdateDefinition<CommandAnswer, [C]>,
  verb: verbs.Verb<C>,
  description: string,
): void {
  setHandler(update, (command) => run.command(verb, command), {
    validator: (command: C) => {
      const refused = verbs.refusalOf(verb, run.state, command);
      if (refused !== null) throw refusal(refused);
    },
    description,
  });
}
