import type { SearchAttributeUpdatePair } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { ERRORS, type ErrorCode } from '../contracts/model/errors';
import type { Snapshot, StageView } from '../contracts/model/lifecycle';
import { runningCommands } from '../contracts/model/running-commands';
import { ATTRIBUTES } from '../contracts/model/search-attributes';

/** One upsert with only what changed since the last, because each costs a history event. */
export function showAttributes(snapshot: Snapshot): void {
  const shown = workflowInfo().typedSearchAttributes;
  const changes: SearchAttributeUpdatePair[] = [];
  const put = (pair: SearchAttributeUpdatePair, was: unknown): void => {
    if (!isAsShown(pair.value, was)) changes.push(pair);
  };
  const deadline = deadlineOf(snapshot);
  put({ key: ATTRIBUTES.stage, value: snapshot.stage }, shown.get(ATTRIBUTES.stage));
  put({ key: ATTRIBUTES.status, value: snapshot.status }, shown.get(ATTRIBUTES.status));
  put({ key: ATTRIBUTES.attention, value: snapshot.attention }, shown.get(ATTRIBUTES.attention));
  put({ key: ATTRIBUTES.code, value: snapshot.code }, shown.get(ATTRIBUTES.code));
  put({ key: ATTRIBUTES.creatorId, value: snapshot.creatorId }, shown.get(ATTRIBUTES.creatorId));
  put({ key: ATTRIBUTES.residency, value: snapshot.residency }, shown.get(ATTRIBUTES.residency));
  put({ key: ATTRIBUTES.contentType, value: snapshot.contentType }, shown.get(ATTRIBUTES.contentType));
  put({ key: ATTRIBUTES.deadline, value: deadline }, shown.get(ATTRIBUTES.deadline));
  put({ key: ATTRIBUTES.generation, value: snapshot.generation }, shown.get(ATTRIBUTES.generation));
  if (changes.length > 0) upsertSearchAttributes(changes);
}

/** The starter shows the first deadline by its own clock; a moment more or less is not worth an event. */
const DEADLINE_TOLERANCE_MS = 60_000;

const isAsShown = (value: unknown, was: unknown): boolean =>
  value instanceof Date && was instanceof Date
    ? Math.abs(value.getTime() - was.getTime()) < DEADLINE_TOLERANCE_MS
    : value === (was ?? null);

function deadlineOf(snapshot: Snapshot): Date | null {
  const at = snapshot.stages.find((stage) => stage.stage === snapshot.stage)?.deadlineAt ?? null;
  return at === null ? null : new Date(at);
}

/** The stage table on the UI's metadata tab: what is, why, since when, and the next command. Costs no history. */
export function showDetails(snapshot: Snapshot): void {
  setCurrentDetails(
    [headline(snapshot), '', ...stageTable(snapshot.stages), '', ...renditionLine(snapshot)].join('\n'),
  );
}

function headline(snapshot: Snapshot): string {
  const { status, stage, code, visibility, held } = snapshot;
  const line = `**${status}** at ${stage}, ${visibility}, generation ${String(snapshot.generation)} revision ${String(snapshot.revision)}, since ${time(snapshot.since)}`;
  const by = held ? [`Held by ${plain(held.actor)} since ${time(held.since)}: ${plain(held.reason)}`] : [];
  if (code === null) return [line, ...by].join('\n\n');
  const message = snapshot.stages.find((one) => one.stage === stage)?.message;
  const why = message ? `${ERRORS[code].title} ${message}` : ERRORS[code].title;
  return [line, ...by, `**${code}**: ${plain(why)}`, `Next: ${nextOf(snapshot, code)}`].join('\n\n');
}

function nextOf(snapshot: Snapshot, code: ErrorCode): string {
  const commands = runningCommands({
    ...snapshot,
    code,
    attempt: snapshot.attempt ?? null,
    isHeld: Boolean(snapshot.held),
  });
  // A list is one only after an empty line.
  return [ERRORS[code].hint, '', ...commands.map((command) => `- \`${command}\``)].join('\n');
}

/** Messages may quote input of strangers: no markup, one line. */
const plain = (text: string): string => text.replace(/[\u0000-\u001f`|<>*_[\]]/g, ' ').slice(0, 500);

/** To the second, in UTC. */
const time = (at: number | null): string => (at === null ? '' : `${new Date(at).toISOString().slice(0, 19)}Z`);

const stageTable = (stages: StageView[]): string[] => [
  '| stage | status | attempt | started | ended | deadline | code |',
  '|---|---|---|---|---|---|---|',
  ...stages.map(
    (one) =>
      `| ${one.stage} | ${one.status} | ${String(one.attempt)} | ${time(one.startedAt)} | ${time(one.endedAt)} | ${time(one.deadlineAt)} | ${one.code ?? ''} |`,
  ),
];

const renditionLine = (snapshot: Snapshot): string[] =>
  snapshot.renditions.length === 0
    ? []
    : [`Renditions: ${snapshot.renditions.map((one) => `${one.label} ${one.status}`).join(', ')}`];
