import { ReelwayError } from '../../contracts/model/errors';
import type { Status, Visibility } from '../../contracts/model/status';
import {
  beginCommand,
  endCommand,
  type CommandEnd,
  type ContentCommand,
} from '../../platform/postgres/content-commands';
import { lockContent, readContent, type ContentRow } from '../../platform/postgres/contents';
import { inTransaction, type Pool, type PoolClient } from '../../platform/postgres/pool';
import type { AuditEntry } from '../../platform/postgres/audit';
import { checkCommandId, type CommandInput } from '../commands/carry-out';
import { checkContentId, checkReason } from '../input';

/** What the content is right after the command. Its keys are part of the command line's contract. */
export interface FinishedResult {
  contentId: string;
  commandId: string;
  status: Status;
  visibility: Visibility;
  generation: number;
}

/** Throws INPUT_INVALID, REASON_MISSING. */
export function checked(verb: ContentCommand['verb'], input: CommandInput): ContentCommand {
  const { actor, commandId } = input;
  checkCommandId(commandId);
  return { commandId, contentId: checkContentId(input.contentId), verb, actor, reason: checkReason(input.reason) };
}

export type Refusal = Extract<CommandEnd, { refused: unknown }>;

/** What a verb does under the lock of the content's row: a refusal, or the generation it began. */
export type Deed = (db: PoolClient, row: ContentRow) => Promise<CommandEnd>;

/**
 * One transaction: the lock of the content, the audit row, the deed and what it came to. So two commands at once are
 * carried out one after the other, and a repeat under the same id is answered as the first was. Refusals are audited too.
 */
export async function carryOutOnce(
  pool: Pool,
  command: ContentCommand,
  args: AuditEntry['args'],
  deed: Deed,
): Promise<CommandEnd> {
  return inTransaction(pool, async (db) => {
    const row = await lockContent(db, command.contentId);
    const before = await beginCommand(db, command, args);
    if (before !== null) return before;
    const end = row === null || row.phase === 'draft' ? notThere(command, row) : await deed(db, row);
    await endCommand(db, command, end);
    return end;
  });
}

function notThere({ contentId }: ContentCommand, row: ContentRow | null): Refusal {
  const message = row
    ? `${contentId} is registered, but nothing was uploaded yet.`
    : `There is no content ${contentId}.`;
  return { refused: 'CONTENT_NOT_FOUND', message };
}

/** Only finished content begins another generation. */
export const whileOpen = ({ contentId, phase, status }: ContentRow): Refusal | null =>
  phase === 'terminal' ? null : { refused: 'NOT_FINISHED', message: `${contentId} is ${status}; its run is open.` };

export async function resultOf(pool: Pool, { contentId, commandId }: ContentCommand): Promise<FinishedResult> {
  const row = await readContent(pool, contentId);
  if (!row) throw new ReelwayError('CONTENT_NOT_FOUND', `There is no content ${contentId}.`);
  const { status, visibility, generation } = row;
  return { contentId, commandId, status, visibility, generation };
}
