import { isCancellation } from '@temporalio/workflow';
import { ReelwayError } from '../../contracts/model/errors';
import type { Flag } from '../../contracts/model/facts';
import { checks, catalog } from '../work';
import { allEnded, stageFailure } from '../failure';
import type { LifecycleRun } from '../run';
import { priorityOf } from '../state/moderation';
import { addAutoDecision, autoDecisionId } from '../state/settle';
import { patchStage, placeOf } from '../state/state';
import { isInherited } from '../state/take-over';

interface CheckRun {
  flags: Flag[];
  down: string[];
  versions: number[];
}

/** Our checks side by side. Any flag, or a check that is down, asks for a person; all down holds the content. */
export async function moderate(run: LifecycleRun): Promise<void> {
  const ran = await runChecks(run);
  const checkedVersion = ran.versions.length > 0 ? Math.min(...ran.versions) : null;
  run.update((state) => ({ ...state, checkedVersion }));
  if (ran.down.length > 0 && ran.down.length === run.state.policy.checks.length) {
    throw new ReelwayError('ALL_CHECKS_DOWN', ran.down.join('; '));
  }
  if (ran.flags.length > 0) await raise(run, ran.flags);
  else if (ran.down.length === 0 && !isInherited(run.state)) await clear(run);
  const { startedAt } = run.state.stages.moderate;
  const degraded = ran.down.length > 0 && ran.flags.length === 0;
  run.update((state) =>
    patchStage(state, 'moderate', {
      status: 'WAITING',
      code: degraded ? 'CHECK_FAILED' : null,
      message: degraded ? `DEGRADED_AI: ${ran.down.join('; ')}` : null,
      deadlineAt: degraded ? Date.now() + state.policy.reviewMs.STANDARD : null,
      startedAt,
    }),
  );
}

async function runChecks(run: LifecycleRun): Promise<CheckRun> {
  const state = run.started();
  const results = await allEnded(
    state.policy.checks.map(async (check): Promise<CheckRun> => {
      try {
        const { flags, metadataVersion } = await checks(state).runCheck.executeWithOptions(
          { summary: `check ${check}` },
          [
            {
              place: placeOf(state),
              check,
              sourceSha256: state.source?.sha256 ?? null,
              creatorId: state.upload.creatorId,
            },
          ],
        );
        return { flags, down: [], versions: [metadataVersion] };
      } catch (error) {
        if (isCancellation(error)) throw error;
        return { flags: [], down: [`${check}: ${stageFailure(error).message ?? 'failed'}`], versions: [] };
      }
    }),
  );
  return {
    flags: results.flatMap((one) => one.flags),
    down: results.flatMap((one) => one.down),
    versions: results.flatMap((one) => one.versions),
  };
}

/** Postgres knows the flag before the run goes on, so that nothing can become visible in between. */
async function raise(run: LifecycleRun, flags: Flag[]): Promise<void> {
  const state = run.started();
  const priority = priorityOf(flags);
  const key = `own:g${String(state.generation)}:r${String(state.revision)}:a${String(state.stages.moderate.attempt)}`;
  const at = Date.now();
  await catalog(state).recordVerdict.executeWithOptions({ summary: 'record flags' }, [
    { place: placeOf(state), flagged: { key, flags, priority, at }, decision: null },
  ]);
  run.update((now) => ({ ...now, flags: [...now.flags, { key, flags, priority, source: 'reelway', at }] }));
  run.tell('moderation.flagged', 'flagged', {
    content_id: state.contentId,
    creator_id: state.upload.creatorId,
    flags,
    queue_priority: priority,
  });
}

async function clear(run: LifecycleRun): Promise<void> {
  const state = run.started();
  const reason = `nothing found by ${state.policy.checks.join(', ')}`;
  const decision = {
    decisionId: autoDecisionId(state),
    decision: 'APPROVED' as const,
    actor: 'auto',
    reason,
    at: Date.now(),
  };
  await catalog(state).recordVerdict.executeWithOptions({ summary: 'record clean result' }, [
    { place: placeOf(state), flagged: null, decision },
  ]);
  run.update((now) => addAutoDecision(now, reason, decision.at, true));
}
