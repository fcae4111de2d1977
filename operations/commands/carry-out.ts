import { v5 as uuidv5 } from 'uuid';
import { ReelwayError } from '../../contracts/model/errors';
import { workflowIdOf } from '../../contracts/model/ids';
import { STAGES, type Stage } from '../../contracts/model/status';
import { toReelwayError } from '../../platform/errors';
import { writeAudit, type AuditEntry, type AuditRow } from '../../platform/postgres/audit';
import { writeOutcome, type AuditOutcome } from '../../platform/postgres/audit-outcomes';
import { readContent } from '../../platform/postgres/contents';
import type { Temporal } from '../../platform/temporal/client';
import { sendUpdate } from '../../platform/temporal/runs';
import type { Command, CommandAnswer } from '../../workflows/messages';
import type { OperationsDeps } from '../deps';
import { checkContentId, checkReason } from '../input';

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

export interface CommandResult extends CommandAnswer {
  contentId: string;
  commandId: string;
}

export type Deps = Pick<OperationsDeps, 'pool' | 'temporal' | 'config'>;

export interface Plan {
  verb: string;
  update: string;
  /** What makes this command another one than its like; under the same command id it must be the same. */
  args: AuditEntry['args'];
  /** Fields of the command beside id, actor and reason; default: none. */
  more?: (audit: AuditRow) => object;
  /** What else has to be so, or to be done, once the command is audited and before it is sent. What it throws is the answer. */
  prepare?: () => Promise<void> | void;
}

/**
 * Audit first: where its row cannot be written nothing is sent. Then the update, under the command id; at last what it came
 * to, beside the audit row.
 * Throws INPUT_INVALID, REASON_MISSING, COMMAND_ID_REUSED, CONTENT_NOT_FOUND, ALREADY_FINISHED, RUN_MISSING,
 * SERVICE_UNREACHABLE, OUTCOME_UNKNOWN, and the refusals of the run.
 */
export async function carryOut(deps: Deps, input: CommandInput, plan: Plan): Promise<CommandResult> {
  const { actor, commandId } = input;
  const contentId = checkContentId(input.contentId);
  const reason = checkReason(input.reason);
  checkCommandId(commandId);
  // Before the audit row: a command that cannot even be sent leaves none behind.
  const { client } = await deps.temporal();
  const audit = await writeAudit(deps.pool, { commandId, contentId, actor, verb: plan.verb, reason, args: plan.args });
  try {
    const answer = await sendCommand(deps, { client, contentId, audit }, { actor, commandId, reason }, plan);
    await noteOutcome(deps, audit, { outcome: 'done', code: null });
    return { contentId, commandId, ...answer };
  } catch (error) {
    await noteOutcome(deps, audit, outcomeOf(error));
    throw error;
  }
}

interface Sending {
  client: Temporal['client'];
  contentId: string;
  audit: AuditRow;
}

async function sendCommand(
  deps: Deps,
  { client, contentId, audit }: Sending,
  { actor, commandId, reason }: Command,
  plan: Plan,
): Promise<CommandAnswer> {
  await plan.prepare?.();
  const command = { commandId, actor, reason, ...plan.more?.(audit) };
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
  return sent.answer as CommandAnswer;
}

/** The command has its answer, whatever becomes of this row: without it the audit says that nobody knows. */
const noteOutcome = ({ pool }: Deps, { auditId }: AuditRow, outcome: AuditOutcome): Promise<void> =>
  writeOutcome(pool, auditId, outcome).catch(() => undefined);

function outcomeOf(error: unknown): AuditOutcome {
  const code = error instanceof ReelwayError ? error.code : 'INTERNAL';
  const isAnswer = !['OUTCOME_UNKNOWN', 'SERVICE_UNREACHABLE', 'INTERNAL'].includes(code);
  return { outcome: isAnswer ? 'refused' : 'unknown', code };
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

/** The id of the decision that a command takes: the same for its repeat. */
export const decisionIdOf = ({ contentId, commandId }: CommandInput): string =>
  uuidv5(JSON.stringify([contentId, 'decision', commandId]), COMMAND_NAMESPACE);

/** Throws INPUT_INVALID. */
export function checkStage(stage: Stage | undefined): void {
  if (stage !== undefined && !STAGES.includes(stage)) throw oneOf('stage', STAGES);
}

export const oneOf = (field: string, allowed: readonly (string | number)[]): ReelwayError =>
  new ReelwayError('INPUT_INVALID', `${field} must be one of ${allowed.join(', ')}`);
