import { workflowIdOf } from '../../contracts/model/ids';
import { reached } from '../../platform/faults';
import { answered, type CommandEnd, type ContentCommand } from '../../platform/postgres/content-commands';
import { readContent, type ContentRow } from '../../platform/postgres/contents';
import { writeTakedown } from '../../platform/postgres/generations';
import type { PoolClient } from '../../platform/postgres/pool';
import { storeMilestone, tellUnpublished } from '../../platform/postgres/unpublished';
import { tellRun } from '../../platform/temporal/lifecycle-runs';
import { takedownSignal, type Command } from '../../workflows/messages';
import type { CommandInput } from '../commands';
import type { OperationsDeps } from '../deps';
import { carryOutOnce, checked, resultOf, type FinishedResult, type Refusal } from './command';

type Deps = Pick<OperationsDeps, 'pool' | 'temporal' | 'config' | 'log'>;

/**
 * run: none is open; told: it was, and ends now; later: it has not begun or Temporal could not be asked, and the run hears
 * of it with its next announcement, when it would publish, or from the bridge.
 */
export interface TakedownResult extends FinishedResult {
  run: 'none' | 'told' | 'later';
}

/**
 * Nobody sees the content from here on, whatever Temporal does: the row says so, and every publication compares with it.
 * Others are told by what the same transaction has stored. Throws CONTENT_NOT_FOUND, ALREADY_REMOVED, ALREADY_FINISHED,
 * COMMAND_ID_REUSED, INPUT_INVALID, REASON_MISSING.
 */
export async function takedown(deps: Deps, input: CommandInput): Promise<TakedownResult> {
  const command = checked('takedown', input);
  const end = await carryOutOnce(deps.pool, command, {}, (db, row) => remove(db, deps.config, command, row));
  answered(end);
  await reached('takedown.after-commit');
  const run = await tell(deps, command);
  return { ...(await resultOf(deps.pool, command)), run };
}

async function remove(
  db: PoolClient,
  config: Deps['config'],
  command: ContentCommand,
  row: ContentRow,
): Promise<CommandEnd> {
  const refusal = refusalOf(row);
  if (refusal) return refusal;
  await writeTakedown(db, row.contentId);
  await store(db, config.kafka.tellsUnpublished, command, row);
  return { generation: null };
}

function refusalOf({ contentId, removedAt, phase, status }: ContentRow): Refusal | null {
  if (removedAt !== null) {
    return { refused: 'ALREADY_REMOVED', message: `${contentId} was removed at ${removedAt.toISOString()}.` };
  }
  if (phase === 'terminal' && status !== 'PUBLISHED') {
    return { refused: 'ALREADY_FINISHED', message: `${contentId} ended as ${status}; nobody sees it.` };
  }
  return null;
}

/** The transition, and where it is switched on the event for those who heard that the content was published. */
async function store(db: PoolClient, tellsUnpublished: boolean, command: ContentCommand, row: ContentRow) {
  const { contentId, generation, uploadSessionId, creatorId } = row;
  const place = { contentId, generation, uploadSessionId: uploadSessionId ?? '', commanded: true };
  const milestone = `takedown:${command.commandId}`;
  const at = Date.now();
  const payload = transitionOf(row);
  await storeMilestone(db, place, { topic: 'internal.lifecycle.events', milestone, ordinal: 1, at, payload });
  const { reason } = command;
  if (tellsUnpublished) await tellUnpublished(db, { ...place, creatorId: creatorId ?? '', milestone, reason, at });
}

/** Of an open run the status stays what it is until the run ends. */
function transitionOf({ contentId, generation, revision, stage, status, phase, attention, failureCode }: ContentRow) {
  const hasEnded = phase === 'terminal';
  return {
    ...{ content_id: contentId, generation, revision, stage: stage ?? 'upload', visibility: 'REMOVED' },
    status: hasEnded ? 'REMOVED' : status,
    attention: attention && !hasEnded,
    code: hasEnded ? null : failureCode,
    cause_event_id: null,
  };
}

/** Short: whoever takes something down does not wait for a server that is away. */
const TELL_MS = 3_000;

async function tell(
  deps: Deps,
  { contentId, commandId, actor, reason }: ContentCommand,
): Promise<TakedownResult['run']> {
  const row = await readContent(deps.pool, contentId);
  if (row?.phase === 'starting') return 'later';
  if (row?.phase !== 'open') return 'none';
  const signal: Command = { commandId, actor, reason };
  try {
    const { client } = await deps.temporal();
    const delivery = await tellRun(client, workflowIdOf(contentId), takedownSignal.name, signal, TELL_MS);
    return delivery === 'accepted' ? 'told' : 'none';
  } catch (error) {
    deps.log.warn({ err: error, contentId }, 'the run of what was taken down could not be told; it hears of it later');
    return 'later';
  }
}
