import type { ErrorCode } from '../contracts/model/errors';
import { writeAudit } from '../platform/postgres/audit';
import { lockLetter, markDiscarded } from '../platform/postgres/dead-letter-changes';
import { inTransaction, type PoolClient } from '../platform/postgres/pool';
import { checkCommandId } from './commands/carry-out';
import { isDeadLetterId, type DeadLetterSelection } from './dead-letters-input';
import { auditIdOf } from './dead-letters-redrive';
import { selectedIds } from './dead-letters-select';
import type { OperationsDeps } from './deps';
import { checkReason } from './input';

export interface DiscardInput extends DeadLetterSelection {
  actor: string;
  commandId: string;
  reason: string;
  dryRun?: boolean;
}

/** already: it was discarded before; refused: it was redriven, so there is nothing left to give up. */
export interface DiscardResult {
  id: string;
  outcome: 'discarded' | 'already' | 'refused' | 'missing';
  code: ErrorCode | null;
  contentId: string | null;
  dryRun: boolean;
}

type Deps = Pick<OperationsDeps, 'pool'>;

/**
 * Gives letters up, audited, one transaction each; their bytes stay. A result per letter, as it comes. Throws
 * INPUT_INVALID, REASON_MISSING.
 */
export async function* discard(deps: Deps, input: DiscardInput): AsyncGenerator<DiscardResult> {
  checkCommandId(input.commandId);
  const given = { ...input, reason: checkReason(input.reason) };
  for await (const id of selectedIds(deps, input)) {
    yield await inTransaction(deps.pool, (db) => discardWithin(db, id, given));
  }
}

async function discardWithin(db: PoolClient, id: string, input: DiscardInput): Promise<DiscardResult> {
  const { actor, reason, commandId, dryRun = false } = input;
  const letter = isDeadLetterId(id) ? await lockLetter(db, id) : null;
  if (!letter) return { id, outcome: 'missing', code: 'NOT_FOUND', contentId: null, dryRun };
  const { contentId, topic, code } = letter;
  const result = { id, contentId, dryRun };
  if (letter.status === 'redriven') return { ...result, outcome: 'refused', code: 'ALREADY_REDRIVEN' };
  if (letter.status === 'discarded') return { ...result, outcome: 'already', code: 'DEAD_LETTER_DISCARDED' };
  if (!dryRun) {
    const args = { letter: id, topic, code };
    await writeAudit(db, { commandId: auditIdOf(commandId, id), contentId, actor, verb: 'dlq discard', reason, args });
    await markDiscarded(db, id);
  }
  return { ...result, outcome: 'discarded', code: null };
}
