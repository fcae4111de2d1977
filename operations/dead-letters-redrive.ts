import { setTimeout as sleep } from 'node:timers/promises';
import { ReelwayError, type ErrorCode } from '../contracts/model/errors';
import { writeAudit } from '../platform/postgres/audit';
import {
  insertCorrection,
  lockLetter,
  markRedriven,
  markStillDead,
  ownRowKey,
  quarantine,
  type LockedLetter,
} from '../platform/postgres/dead-letter-changes';
import { wakeKeys } from '../platform/postgres/inbox-keys';
import { inTransaction, type PoolClient } from '../platform/postgres/pool';
import { keptIf } from '../platform/postgres/savepoint';
import { checkCommandId } from './commands/carry-out';
import { attempt, type Attempt } from './dead-letters-attempt';
import { isDeadLetterId, type DeadLetterSelection } from './dead-letters-input';
import { selectedIds } from './dead-letters-select';
import type { WayIn } from './dead-letters-way-in';
import type { OperationsDeps } from './deps';
import { checkReason } from './input';

export interface RedriveInput extends DeadLetterSelection {
  actor: string;
  commandId: string;
  /** Required with force and with a correction. */
  reason?: string;
  /** Say what would happen; nothing is changed. */
  dryRun?: boolean;
  /** Also what is quarantined or discarded. */
  force?: boolean;
  /** At most so many a second. */
  rate?: number;
  /** Bytes to go in instead; for a single letter. They are kept beside the original. */
  correction?: Buffer;
}

/**
 * - new, reopened: it is an open inbox row now
 * - duplicate: its event had come before; own: our own event that had come back. Nothing was left to apply
 * - already: an earlier command had redriven it; nothing was done
 * - dead: still not usable; code and reason say why
 * - refused: discarded or quarantined; missing: no such letter
 */
export type RedriveOutcome = Attempt['outcome'] | 'already' | 'refused' | 'missing';

export interface RedriveResult {
  id: string;
  outcome: RedriveOutcome;
  code: ErrorCode | null;
  reason: string | null;
  eventId: string | null;
  contentId: string | null;
  dryRun: boolean;
}

type Deps = Pick<OperationsDeps, 'pool' | 'config'> & { wayIn: WayIn };

const DEFAULT_RATE = 50;

/**
 * Brings dead letters in again, one transaction each: whoever breaks off in the middle, or runs it twice, or in two
 * processes, has each applied once. A result per letter, as it comes. Throws INPUT_INVALID, REASON_MISSING, and, before
 * anything is written, CORRECTION_INVALID.
 */
export async function* redrive(deps: Deps, input: RedriveInput): AsyncGenerator<RedriveResult> {
  const how = checkInput(input);
  const gapMs = input.dryRun === true ? 0 : 1_000 / (input.rate ?? DEFAULT_RATE);
  let next = Date.now();
  for await (const id of selectedIds(deps, input)) {
    const waitMs = next - Date.now();
    if (waitMs > 0) await sleep(waitMs);
    next = Math.max(next, Date.now() - gapMs) + gapMs;
    yield await redriveOne(deps, id, how);
  }
}

/** How one letter is treated. */
interface How {
  actor: string;
  commandId: string;
  reason: string;
  dryRun: boolean;
  force: boolean;
  correction: Buffer | null;
}

const NO_REASON = 'no reason given';

function checkInput({ ids = [], actor, commandId, reason, dryRun = false, force = false, ...more }: RedriveInput): How {
  const { rate = DEFAULT_RATE, correction = null } = more;
  checkCommandId(commandId);
  if (!(rate > 0)) throw new ReelwayError('INPUT_INVALID', 'rate must be more than 0 a second');
  if (correction !== null && ids.length !== 1) {
    throw new ReelwayError('INPUT_INVALID', 'A correction is for exactly one dead letter, named by its id.');
  }
  const needsReason = force || correction !== null;
  const given = needsReason || reason !== undefined ? checkReason(reason) : NO_REASON;
  return { actor, commandId, reason: given, dryRun, force, correction };
}

/** SQLSTATE deadlock_detected: the intake had the same event in hand; it has it no more. */
const DEADLOCK = '40P01';
const TRIES = 3;

async function redriveOne(deps: Deps, id: string, how: How): Promise<RedriveResult> {
  for (let tried = 1; ; tried++) {
    try {
      return await inTransaction(deps.pool, (db) =>
        keptIf(
          db,
          () => !how.dryRun,
          () => redriveWithin(db, deps, id, how),
        ),
      );
    } catch (error) {
      if ((error as { code?: unknown }).code !== DEADLOCK || tried === TRIES) throw error;
    }
  }
}

/** A dry run is this as well, undone at its end: it says what would happen because it happened. */
async function redriveWithin(db: PoolClient, deps: Deps, id: string, how: How): Promise<RedriveResult> {
  const result = resultFor(id, how);
  if (!isDeadLetterId(id)) return result('missing', 'NOT_FOUND');
  // Keys before letters, as a start locks them that opens the letters of its content.
  const key = await ownRowKey(db, id);
  if (key !== null) await wakeKeys(db, [key]);
  const letter = await lockLetter(db, id);
  if (!letter) return result('missing', 'NOT_FOUND');
  const standing = await standingOf(db, deps, letter, how);
  if (standing) return result(...standing, letter);

  await audit(db, letter, how);
  const tried = await attempt(db, deps.wayIn, letter, how.correction ?? letter.correction);
  if (how.correction !== null) assertApplies(letter, tried);
  if (how.correction !== null) await insertCorrection(db, id, { ...how, value: how.correction });
  if (tried.outcome !== 'dead') {
    await markRedriven(db, id, how.commandId);
    return result(tried.outcome, null, tried);
  }
  const { maxRedrives } = deps.config.bridge;
  await markStillDead(db, id, { commandId: how.commandId, code: tried.code, maxRedrives });
  return { ...result('dead', tried.code, letter), reason: tried.reason };
}

interface Named {
  eventId: string | null;
  contentId: string | null;
}

const resultFor =
  (id: string, { dryRun }: How) =>
  (
    outcome: RedriveOutcome,
    code: ErrorCode | null,
    named: Named = { eventId: null, contentId: null },
  ): RedriveResult => ({
    ...{ id, outcome, code, dryRun },
    ...{ reason: null, eventId: named.eventId, contentId: named.contentId },
  });

/** Is quarantined from the first, for a person to complete. */
const TO_COMPLETE: ErrorCode = 'FAILED_PRECONDITION';

/** Why nothing is tried; null: it is. */
async function standingOf(
  db: PoolClient,
  deps: Deps,
  letter: LockedLetter,
  how: How,
): Promise<[RedriveOutcome, ErrorCode] | null> {
  if (letter.status === 'redriven') return ['already', 'ALREADY_REDRIVEN'];
  // The command goes on where it broke off: what it tried before is not tried again.
  if (letter.lastCommand === how.commandId) return ['dead', (letter.lastCode ?? letter.code) as ErrorCode];
  if (how.force) return null;
  if (letter.status === 'discarded') return ['refused', 'DEAD_LETTER_DISCARDED'];
  const isSpent = letter.redrives >= deps.config.bridge.maxRedrives;
  if (!isSpent && (letter.status !== 'quarantined' || letter.code === TO_COMPLETE)) return null;
  await quarantine(db, letter.id);
  return ['refused', 'DEAD_LETTER_QUARANTINED'];
}

async function audit(db: PoolClient, letter: LockedLetter, how: How): Promise<void> {
  const { actor, reason, force } = how;
  await writeAudit(db, {
    commandId: auditIdOf(how.commandId, letter.id),
    contentId: letter.contentId,
    verb: 'dlq redrive',
    args: { letter: letter.id, topic: letter.topic, code: letter.code, force, corrected: how.correction !== null },
    ...{ actor, reason },
  });
}

/** A command about many letters has an audit row for each. */
export const auditIdOf = (commandId: string, letterId: string): string => `${commandId}:${letterId}`;

/** Throws CORRECTION_INVALID where corrected bytes are dead as well, or are another event that has come before. */
export function assertApplies(
  { id, eventId }: LockedLetter,
  tried: Attempt,
): asserts tried is Exclude<Attempt, { outcome: 'dead' }> {
  if (tried.outcome === 'dead') {
    const why = `${tried.code}: ${tried.reason}`;
    throw new ReelwayError('CORRECTION_INVALID', `Dead letter ${id} would be dead with these bytes too: ${why}.`);
  }
  if (tried.outcome !== 'duplicate' || eventId === null || tried.eventId === eventId) return;
  throw new ReelwayError(
    'CORRECTION_INVALID',
    `Dead letter ${id} is about event ${eventId}; these bytes are event ${String(tried.eventId)}, which has come before.`,
  );
}
