import { v5 as uuidv5 } from 'uuid';
import { ReelwayError } from '../contracts/model/errors';
import { workflowIdOf } from '../contracts/model/ids';
import { DECISIONS, STAGES, type Decision, type Stage } from '../contracts/model/status';
import { toReelwayError } from '../platform/errors';
import { writeAudit, type AuditEntry, type AuditRow } from '../platform/postgres/audit';
import { readContent } from '../platform/postgres/contents';
import { sendUpdate } from '../platform/temporal/runs';
import {
  cancelUpdate,
  decideUpdate,
  extendUpdate,
  retryUpdate,
  type CommandAnswer,
  type DecideCommand,
  type ExtendCommand,
  type RetryCommand,
} from '../workflows/messages';
import type { OperationsDeps } from './deps';
import { checkContentId, checkReason } from './input';

/** Longer than a loaded worker takes, shorter than a person or a gateway waits. */
const ANSWER_MS = 8_000;

/** Namespace of the ids we derive for commands; any fixed UUID does, as long as it never changes. */
const COMMAND_NAMESPACE = 'a3c0a1a4-5d7e-5a0f-9d8b-3a4f1c6e2b10';

export interface CommandInput {
  contentId: string;
  actor: string;
  reason: string;
  /** The same id twice is one command; make a new one for each, and repeat it after OUTCOME_UNKNOWN. */
  commandId: string;
}
export interface RetryInput extends CommandInput {
  stage?: Stage;
}
export interface ExtendInput extends CommandInput {
  stage?: Stage;
  /** Up to 90 days. */
  byMs: number;
}
export interface DecideInput extends CommandInput {
  decision: Decision;
}

export interface CommandResult extends CommandAnswer {
  contentId: string;
  commandId: string;
}

type Deps = Pick<OperationsDeps, 'pool' | 'temporal' | 'config'>;

/** Goes on with a parked stage. Throws NOT_PARKED and what all commands throw (see carryOut). */
export async function retry(deps: Deps, input: RetryInput): Promise<CommandResult> {
  const { stage } = input;
  checkStage(stage);
  const more: Pick<RetryCommand, 'stage'> = stage === undefined ? {} : { stage };
  return carryOut(deps, input, {
    verb: 'retry',
    update: retryUpdate.name,
    args: { stage: stage ?? null },
    more: () => more,
  });
}

const LONGEST_EXTENSION_MS = 90 * 24 * 60 * 60 * 1_000;

/** Gives whoever the content waits for more time. Throws NOT_WAITING. */
export async function extend(deps: Deps, input: ExtendInput): Promise<CommandResult> {
  const { stage, byMs } = input;
  checkStage(stage);
  if (!Number.isSafeInteger(byMs) || byMs <= 0 || byMs > LONGEST_EXTENSION_MS) {
    throw new ReelwayError('INPUT_INVALID', 'An extension is more than nothing and at most 90 days.');
  }
  const more: Pick<ExtendCommand, 'stage' | 'byMs'> = { byMs, ...(stage !== undefined && { stage }) };
  return carryOut(deps, input, {
    verb: 'extend',
    update: extendUpdate.name,
    args: { stage: stage ?? null, byMs },
    more: () => more,
  });
}

/** Ends the run and undoes what it made. Throws PAST_NO_RETURN where the content is visible already. */
export async function cancel(deps: Deps, input: CommandInput): Promise<CommandResult> {
  return carryOut(deps, input, { verb: 'cancel', update: cancelUpdate.name, args: {}, more: () => ({}) });
}

/** Answers the open flags. It counts as taken when its audit row was written: a flag raised later stays open. */
export async function decide(deps: Deps, input: DecideInput): Promise<CommandResult> {
  const { decision } = input;
  if (!DECISIONS.includes(decision)) throw oneOf('decision', DECISIONS);
  const decisionId = uuidv5(JSON.stringify([input.contentId, 'decision', input.commandId]), COMMAND_NAMESPACE);
  const more = (audit: AuditRow): Pick<DecideCommand, 'decision' | 'decisionId' | 'at'> => ({
    decision,
    decisionId,
    at: audit.at.getTime(),
  });
  return carryOut(deps, input, { verb: 'decide', update: decideUpdate.name, args: { decision }, more });
}

function checkStage(stage: Stage | undefined): void {
  if (stage !== undefined && !STAGES.includes(stage)) throw oneOf('stage', STAGES);
}

const oneOf = (field: string, allowed: readonly string[]): ReelwayError =>
  new ReelwayError('INPUT_INVALID', `${field} must be one of ${allowed.join(', ')}`);

interface Plan {
  verb: string;
  update: string;
  /** What makes this command another one than its like; under the same command id it must be the same. */
  args: AuditEntry['args'];
  /** Fields of the command beside id, actor and reason. */
  more: (audit: AuditRow) => object;
}

/**
 * Audit first: where its row cannot be written nothing is sent. Then the update, under the command id.
 * Throws INPUT_INVALID, REASON_MISSING, COMMAND_ID_REUSED, CONTENT_NOT_FOUND, ALREADY_FINISHED, RUN_MISSING,
 * SERVICE_UNREACHABLE, OUTCOME_UNKNOWN, and the refusals of the run.
 */
async function carryOut(deps: Deps, input: CommandInput, plan: Plan): Promise<CommandResult> {
  const { actor, commandId } = input;
  const contentId = checkContentId(input.contentId);
  const reason = checkReason(input.reason);
  checkCommandId(commandId);
  // Before the audit row: a command that cannot even be sent leaves none behind.
  const { client } = await deps.temporal();
  const audit = await writeAudit(deps.pool, { commandId, contentId, actor, verb: plan.verb, reason, args: plan.args });
  const command = { commandId, actor, reason, ...plan.more(audit) };
  const request = {
    workflowId: workflowIdOf(contentId),
    update: plan.update,
    updateId: commandId,
    args: [command] as [unknown],
  };
  const sent = await sendUpdate(client, request, ANSWER_MS).catch((error: unknown) => {
    throw repeatable(toReelwayError(error, { Temporal: deps.config.temporal.address }), commandId);
  });
  if (!sent) throw await withoutRun(deps, contentId);
  return { contentId, commandId, ...(sent.answer as CommandAnswer) };
}

const MAX_COMMAND_ID = 200;

/** Throws INPUT_INVALID. */
export function checkCommandId(commandId: string): void {
  if (new RegExp(`^[A-Za-z0-9._:-]{1,${String(MAX_COMMAND_ID)}}$`).test(commandId)) return;
  throw new ReelwayError('INPUT_INVALID', `A command id is 1 to ${String(MAX_COMMAND_ID)} of A-Z a-z 0-9 . _ : -`);
}

/** Whoever reads the message must be able to ask again for the very same command. */
function repeatable(error: ReelwayError, commandId: string): ReelwayError {
  if (error.code !== 'OUTCOME_UNKNOWN' && error.code !== 'SERVICE_UNREACHABLE') return error;
  return new ReelwayError(error.code, error.message, {
    cause: error.cause,
    hint: `Repeat it with --command-id ${commandId} when the services are up; it is carried out once.`,
  });
}

/** Temporal knows no open run of this name: only the row tells why. */
async function withoutRun(deps: Deps, contentId: string): Promise<ReelwayError> {
  const row = await readContent(deps.pool, contentId);
  if (!row) return new ReelwayError('CONTENT_NOT_FOUND', `There is no content ${contentId}.`);
  const look = `Look at it: reelway content show ${contentId}`;
  if (row.phase === 'terminal') {
    return new ReelwayError('ALREADY_FINISHED', `${contentId} ended as ${row.status}.`, { hint: look });
  }
  if (row.phase === 'draft') {
    return new ReelwayError(
      'CONTENT_NOT_FOUND',
      `${contentId} is registered, but nothing was uploaded yet: there is no run of it.`,
      {
        hint: `Upload it: reelway content submit ${contentId} --file FILE`,
      },
    );
  }
  return new ReelwayError(
    'RUN_MISSING',
    `${contentId} is ${row.status} in the database, but Temporal knows no open run of it.`,
  );
}
