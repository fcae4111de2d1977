import type { Command } from 'commander';
import type { TaskPriority } from '../../contracts/model/status';
import type { CommandResult } from '../../operations/commands';
import { priorityOf, span, type ContentCommand } from '../arguments';
import type { ReelwayClient } from '../client';

/** A command for many contents at once. */
export interface BulkVerb<F = object> {
  name: string;
  description: string;
  /** Flags of its own. */
  addFlags(command: Command): Command;
  send(client: ReelwayClient, command: ContentCommand, flags: F): Promise<CommandResult>;
}

const verb = <F = object>(one: BulkVerb<F>): BulkVerb => one as BulkVerb;
const none = (command: Command): Command => command;

export const BULK_VERBS: readonly BulkVerb[] = [
  verb({
    name: 'retry',
    description: 'Go on with the parked stage of each.',
    addFlags: none,
    send: (client, command) => client.retry(command),
  }),
  verb({
    name: 'cancel',
    description: 'End the run of each and undo what it made.',
    addFlags: none,
    send: (client, command) => client.cancel(command),
  }),
  verb({
    name: 'hold',
    description: 'Stop each before its next stage.',
    addFlags: none,
    send: (client, command) => client.hold(command),
  }),
  verb({
    name: 'release',
    description: 'Let each go on that was held.',
    addFlags: none,
    send: (client, command) => client.release(command),
  }),
  verb<{ priority: TaskPriority }>({
    name: 'reprioritise',
    description: 'Have the work of each taken sooner or later.',
    addFlags: (command) =>
      command.requiredOption('--priority <n>', '1 (goes first) to 5; every content begins with 3', priorityOf),
    send: (client, command, { priority }) => client.reprioritise({ ...command, priority }),
  }),
  verb<{ by: number }>({
    name: 'extend',
    description: 'Give whoever each waits for more time.',
    addFlags: (command) =>
      command.requiredOption('--by <span>', 'added to the deadline, or to now where that has passed', span),
    send: (client, command, { by: byMs }) => client.extend({ ...command, byMs }),
  }),
];
