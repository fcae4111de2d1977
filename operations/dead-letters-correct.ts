import { createHash } from 'node:crypto';
import { ReelwayError } from '../contracts/model/errors';
import { writeAudit } from '../platform/postgres/audit';
import { insertCorrection, lockLetter, type LockedLetter } from '../platform/postgres/dead-letter-changes';
import { inTransaction, type PoolClient } from '../platform/postgres/pool';
import { keptIf } from '../platform/postgres/savepoint';
import { checkCommandId } from './commands/carry-out';
import { noSuchLetter } from './dead-letters';
import { judgeAgain, recordOf, type Attempt } from './dead-letters-attempt';
import { isDeadLetterId } from './dead-letters-input';
import { assertApplies, auditIdOf } from './dead-letters-redrive';
import type { WayIn } from './dead-letters-way-in';
import type { OperationsDeps } from './deps';
import { checkReason } from './input';

export interface CorrectInput {
  id: string;
  /** The whole record value. */
  value: Buffer;
  actor: string;
  reason: string;
  commandId: string;
}

export interface Corrected {
  id: string;
  eventId: string | null;
  contentId: string | null;
  /** SHA-256 of the corrected bytes, hex. */
  sha256: string;
}

type Deps = Pick<OperationsDeps, 'pool'> & { wayIn: WayIn };

/**
 * Stores corrected bytes beside the original; a redrive takes the newest. They are judged first, as a redrive would, and
 * nothing is written where they would be dead. Throws NOT_FOUND, ALREADY_REDRIVEN, DEAD_LETTER_DISCARDED,
 * CORRECTION_INVALID, REASON_MISSING, INPUT_INVALID, COMMAND_ID_REUSED.
 */
export async function correct(deps: Deps, input: CorrectInput): Promise<Corrected> {
  checkCommandId(input.commandId);
  const given = { ...input, reason: checkReason(input.reason) };
  return inTransaction(deps.pool, async (db) => {
    const letter = await standing(db, given.id);
    const tried = await judged(db, deps.wayIn, letter, given.value);
    const sha256 = createHash('sha256').update(given.value).digest('hex');
    await writeAudit(db, {
      commandId: auditIdOf(given.commandId, letter.id),
      contentId: letter.contentId,
      verb: 'dlq edit',
      args: { letter: letter.id, topic: letter.topic, code: letter.code, sha256 },
      ...{ actor: given.actor, reason: given.reason },
    });
    const isStored = letter.correction?.equals(given.value) === true;
    if (!isStored) await insertCorrection(db, letter.id, given);
    return { id: letter.id, eventId: tried.eventId, contentId: tried.contentId, sha256 };
  });
}

async function standing(db: PoolClient, id: string): Promise<LockedLetter> {
  const letter = isDeadLetterId(id) ? await lockLetter(db, id) : null;
  if (!letter) throw noSuchLetter(id);
  if (letter.status === 'redriven') throw new ReelwayError('ALREADY_REDRIVEN', `Dead letter ${id} went in already.`);
  if (letter.status === 'discarded')
    throw new ReelwayError('DEAD_LETTER_DISCARDED', `Dead letter ${id} was discarded.`);
  return letter;
}

async function judged(
  db: PoolClient,
  wayIn: WayIn,
  letter: LockedLetter,
  value: Buffer,
): Promise<Exclude<Attempt, { outcome: 'dead' }>> {
  const tried = await keptIf(
    db,
    () => false,
    () => judgeAgain(db, wayIn, recordOf(letter, value)),
  );
  assertApplies(letter, tried);
  return tried;
}
