import type { ErrorCode } from '../../../contracts/model/errors';
import type { Command } from '../../messages';
import type { LifecycleState } from '../state';

/** What people can ask of a run. Both functions are pure. */
export interface Verb<C extends Command> {
  /** Why it cannot be in this state, or null. */
  refuse(state: LifecycleState, command: C): ErrorCode | null;
  /** Only after `refuse` said null. now: ms since 1970. */
  apply(state: LifecycleState, command: C, now: number): LifecycleState;
}

/** More than ever come in the time that somebody may repeat one; the audit in Postgres knows all of them. */
const REMEMBERED = 500;

/** The server knows the ids of updates only until a run continues as new. */
const isKnown = ({ commands, extensions }: LifecycleState, { commandId }: Command): boolean =>
  (commands?.includes(commandId) ?? false) || (extensions?.includes(commandId) ?? false);

/** A command that was carried out before is never refused: its repeat is answered with the state. */
export const refusalOf = <C extends Command>(verb: Verb<C>, state: LifecycleState, command: C): ErrorCode | null =>
  isKnown(state, command) ? null : verb.refuse(state, command);

/** The state after the command; the same id twice changes nothing more. */
export function carryOut<C extends Command>(
  verb: Verb<C>,
  state: LifecycleState,
  command: C,
  now: number,
): LifecycleState {
  if (isKnown(state, command)) return state;
  const commands = [...(state.commands ?? []), command.commandId].slice(-REMEMBERED);
  return { ...verb.apply(state, command, now), commands };
}

/** The run has ended, or is on its way out: nothing that goes on can be asked of it. */
export function refuseGone(state: LifecycleState): ErrorCode | null {
  if (state.ended) return 'ALREADY_FINISHED';
  return state.compensating !== null || state.cancelAsked !== null ? 'BEING_UNDONE' : null;
}
