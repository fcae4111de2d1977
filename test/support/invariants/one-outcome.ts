import { isTerminal } from '../../../contracts/model/status';
import { isVisible, newestRuns, type Content, type Facts, type Run, type Violation } from './types';

/** 1. Each content has exactly one state in Postgres, and it agrees with Temporal where Temporal still has the run. */
export function oneOutcome(facts: Facts): Violation[] {
  const newest = newestRuns(facts);
  const known = new Set(facts.contents.map((content) => content.contentId));
  return [
    ...facts.contents.flatMap((content) => [
      ...say(content.contentId, withinPostgres(facts, content)),
      ...say(content.contentId, againstRun(facts, content, newest.get(content.contentId))),
    ]),
    ...facts.runs
      .filter((run) => !known.has(run.contentId))
      .map((run) => violation(run.contentId, 'Temporal has a run of it, Postgres has no row')),
    ...[...known].flatMap((contentId) => say(contentId, oneRunPerGeneration(facts, contentId))),
  ];
}

const violation = (contentId: string, what: string): Violation => ({ invariant: 1, contentId, what });
const say = (contentId: string, problems: (string | false)[]): Violation[] =>
  problems.filter((problem) => problem !== false).map((what) => violation(contentId, what));

function withinPostgres(facts: Facts, content: Content): (string | false)[] {
  const { phase, status, generation, visibility, contentId } = content;
  const begun = facts.generations.filter((row) => row.contentId === contentId).map((row) => row.generation);
  return [
    (phase === 'terminal') !== isTerminal(status) && `phase ${phase}, but status ${status}`,
    (phase === 'draft') !== (status === 'DRAFT') && `phase ${phase}, but status ${status}`,
    (status === 'REMOVED') !== (visibility === 'REMOVED') && status === 'REMOVED' && `REMOVED, but ${visibility}`,
    phase === 'draft' && begun.length > 0 && 'a draft of which a generation was begun',
    phase !== 'draft' &&
      begun.length > 0 &&
      Math.max(...begun) !== generation &&
      `generation ${String(generation)}, but ${String(Math.max(...begun))} was begun`,
  ];
}

function againstRun(facts: Facts, content: Content, run: Run | undefined): (string | false)[] {
  if (!run) return [];
  if (content.phase === 'draft') return ['a draft that Temporal has a run of'];
  if (run.generation !== content.generation) {
    return [`generation ${String(content.generation)} here, ${String(run.generation)} in Temporal`];
  }
  return run.status === 'RUNNING' ? againstOpenRun(content, run) : againstEndedRun(facts, content, run);
}

function againstOpenRun(content: Content, { shown }: Run): (string | false)[] {
  const pairs: [string, unknown, unknown][] = [
    ['status', content.status, shown.status],
    ['stage', content.stage, shown.stage],
    ['attention', content.attention, shown.attention],
    ['code', content.code, shown.code],
  ];
  return [
    content.phase === 'terminal' && 'it has ended here, its run goes on',
    ...pairs.map(
      ([name, here, there]) => here !== there && `${name} ${String(here)} here, ${String(there)} in the run`,
    ),
  ];
}

function againstEndedRun(facts: Facts, content: Content, { status, result }: Run): (string | false)[] {
  if (content.phase !== 'terminal') return [`phase ${content.phase}, but its run has ended as ${status}`];
  if (!result) return [`status ${content.status}, but its run has ended as ${status} without a result`];
  return [
    result.status !== content.status &&
      !isTakenDown(facts, content, result.status) &&
      `status ${content.status} here, ${result.status} in the run's result`,
    result.revision !== content.revision &&
      `revision ${String(content.revision)} here, ${String(result.revision)} there`,
    result.visibility !== content.visibility &&
      !isHiddenSince(facts, content) &&
      `${content.visibility} here, ${result.visibility} in the run's result`,
  ];
}

/** After its end content goes dark by a flag or a takedown, each of them audited; nothing makes it visible then. */
const isHiddenSince = (facts: Facts, content: Content): boolean =>
  !isVisible(content) &&
  facts.audit.some((row) => row.contentId === content.contentId && ['hide', 'takedown', 'decide'].includes(row.verb));

/** A takedown of finished content has no run to tell, and is audited. */
const isTakenDown = (facts: Facts, content: Content, ended: string): boolean =>
  content.status === 'REMOVED' &&
  content.removed &&
  ended === 'PUBLISHED' &&
  facts.audit.some((row) => row.contentId === content.contentId && row.verb === 'takedown');

function oneRunPerGeneration(facts: Facts, contentId: string): string[] {
  const seen = new Map<number, Set<string>>();
  for (const run of facts.runs) {
    if (run.contentId !== contentId || run.status === 'CONTINUED_AS_NEW') continue;
    seen.set(run.generation, (seen.get(run.generation) ?? new Set()).add(run.origin));
  }
  return [...seen]
    .filter(([, runs]) => runs.size > 1)
    .map(([generation, runs]) => `generation ${String(generation)} has ${String(runs.size)} runs`);
}
