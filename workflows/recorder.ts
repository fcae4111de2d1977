import { condition, patched } from '@temporalio/workflow';
import type { DecisionRecord } from '../contracts/model/lifecycle';
import type { RecordedDecision } from '../contracts/model/work';
import { catalog } from './work';
import type { LifecycleRun } from './run';
import { standingDecision } from './state/moderation';
import { placeOf, type LifecycleState, type StandingDecision } from './state/state';

const RECORDED_AS_TOLD = 'decisions-recorded-as-told';

const next = (state: LifecycleState): StandingDecision | undefined =>
  state.decisions.find((decision) => !decision.recorded);

export const isAllRecorded = (state: LifecycleState): boolean => next(state) === undefined;

/**
 * Has decisions written to Postgres, in the order they came: only a recorded one lowers the open flags there. What a person
 * decided with our own tools is announced, and the creator is told of every decision of a person that stands: all of it
 * travels with the transition that follows, in one activity.
 */
export async function recordDecisions(run: LifecycleRun): Promise<never> {
  for (;;) {
    await condition(() => !isAllRecorded(run.state));
    const decision = next(run.state);
    // A run from before has an activity for the record alone, and tells what was decided after it.
    if (decision) await (patched(RECORDED_AS_TOLD) ? recordAsTold(run, decision) : recordThenTell(run, decision));
  }
}

async function recordAsTold(run: LifecycleRun, decision: StandingDecision): Promise<void> {
  const isRecorded = run.announcer.record(forPlace(run, decision));
  tellDecision(run, decision);
  run.announcer.offer();
  // A worker from before announces without it.
  if (!(await isRecorded)) await recordAlone(run, decision);
  mark(run, decision);
}

async function recordThenTell(run: LifecycleRun, decision: StandingDecision): Promise<void> {
  await recordAlone(run, decision);
  mark(run, decision);
  tellDecision(run, decision);
}

async function recordAlone(run: LifecycleRun, decision: StandingDecision): Promise<void> {
  await catalog(run.state).recordVerdict.executeWithOptions(
    { summary: `record ${decision.decision} by ${decision.actor}` },
    [{ ...forPlace(run, decision), flagged: null }],
  );
}

function mark(run: LifecycleRun, { decisionId }: StandingDecision): void {
  const recorded = (one: StandingDecision): StandingDecision =>
    one.decisionId === decisionId ? { ...one, recorded: true } : one;
  run.update((state) => ({ ...state, decisions: state.decisions.map(recorded) }));
}

const forPlace = (run: LifecycleRun, decision: StandingDecision): RecordedDecision => ({
  place: placeOf(run.started()),
  decision: plainDecision(decision),
});

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
  if (decision.by !== 'person') return;
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
