import { CancelledFailure, Context } from '@temporalio/activity';
import { Attempt } from './attempt';
import type { ActivityDeps } from './deps';
import { toFailure } from './failure';

/** One activity: what it stands on, the attempt it is, and its one input. */
export type Activity<I, O> = (deps: ActivityDeps, attempt: Attempt, input: I) => Promise<O>;

/**
 * Makes a Temporal activity of it. Every failure leaves with one of our codes as its type, a cancellation as a
 * cancellation; the attempt's folders are removed after its work has settled, which is after its processes are gone.
 */
export function wrap<I, O>(deps: ActivityDeps, activity: Activity<I, O>): (input: I) => Promise<O> {
  return async (input) => {
    const attempt = new Attempt(deps);
    try {
      return await activity(deps, attempt, input);
    } catch (error) {
      // What a tool says when it was killed by our own abort is no failure of its own.
      if (attempt.signal.aborted) throw await cancellation(error);
      const failure = toFailure(error);
      deps.log.warn({ ...attempt.bindings, code: failure.type, err: error }, 'activity failed');
      throw failure;
    } finally {
      await attempt.dispose().catch((error: unknown) => {
        deps.log.warn({ ...attempt.bindings, err: error }, 'temporary files are left');
      });
    }
  };
}

/** The cancellation that Temporal knows, where the work ended with another word for it. */
async function cancellation(error: unknown): Promise<unknown> {
  if (error instanceof CancelledFailure) return error;
  return Context.current().cancelled.catch((reason: unknown) => reason);
}
