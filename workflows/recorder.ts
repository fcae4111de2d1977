import { condition } from '@temporalio/workflow';
import type { DecisionRecord } from '../contracts/model/lifecycle';
import { catalog } from './work';
import type { LifecycleRun } from './run';
import { standingDecision } from './state/moderation';
import { placeOf, type LifecycleState, type StandingDecision } from './state/state';

const next = (state: LifecycleState): StandingDecision | undefined =>
  state.decisions.find((decision) => !decision.recorded);

export const isAllRecorded = (state: LifecycleState): boolean => next(state) === undefined;

/**
 * Writes decisions to Postgres, in the order they came: only a recorded one lowers the open flags there. What a person
 * decided with our own tools is then announced, and the creator is told of every decision of a person that stands.
 */
export async function recordDecisions(run: LifecycleRun): Promise<never> {
  for (;;) {
    await condition(() => !isAllRecorded(run.state));
    const decision = next(run.state);
    if (decision) await record(run, decision);
  }
}

async function record(run: LifecycleRun, decision: StandingDecision): Promise<void> {
  const place = placeOf(run.started());
  await catalog(run.state).recordVerdict.executeWithOptions(
    { summary: `record ${decision.decision} by ${decision.actor}` },
    [{ place, flagged: null, decision: plainDecision(decision) }],
  );
  const mark = (one: StandingDecision): StandingDecision =>
    one.decisionId === decision.decisionId ? { ...one, recorded: true } : one;
  run.update((state) => ({ ...state, decisions: state.decisions.map(mark) }));
  if (decision.by === 'person') tellDecision(run, decision);
}

const plainDecision = ({ decisionId, decision, actor, reason, at, by }: StandingDecision): DecisionRecord => ({
  decisionId,
  decision,
  actor,
  reason,
  at,
  ...(by === 'skip' && { skipped: true }),
});

const REVIEWER = 'reviewer:';

function tellDecision(run: LifecycleRun, decision: StandingDecision): void {
  const { contentId, upload } = run.started();
  const isOurs = !decision.actor.startsWith(REVIEWER);
  if (isOurs && decision.decision !== 'REMOVED') {
    run.tell('moderation.approved', `decision:${decision.decisionId}`, {
      content_id: contentId,
      reviewer_id: decision.actor,
      decision: decision.decision,
    });
  }
  if (standingDecision(run.state)?.decisionId !== decision.decisionId) return;
  run.announcer.notify({
    userId: upload.creatorId,
    type: 'MODERATION_DECISION',
    cause: decision.decisionId,
    at: Date.now(),
    vars: { content_id: contentId, decision: decision.decision },
  });
}
