import { Option, type Command } from 'commander';
import { REPROCESS_STAGES, type ReprocessStage } from '../../contracts/model/generation';
import type { Status, TaskPriority } from '../../contracts/model/status';
import { priorityOf, span, type ContentCommand } from '../arguments';
import type { ReelwayClient } from '../client';

/** A command for many contents at once. */
export interface BulkVerb<F = object> {
  name: string;
  description: string;
  /** Flags of its own. */
  addFlags(command: Command): Command;
  send(client: ReelwayClient, command: ContentCommand, flags: F): Promise<{ status: Status }>;
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
  verb({
    name: 'recover',
    description: 'Begin another run of each that lost its own.',
    addFlags: none,
    send: (client, command) => client.recover(command),
  }),
  verb<{ from: ReprocessStage }>({
    name: 'reprocess',
    description: 'Do each again from a stage on; what viewers have stays until the switch.',
    addFlags: (command) =>
      command.addOption(new Option('--from <stage>', 'done anew').choices(REPROCESS_STAGES).makeOptionMandatory()),
    send: (client, command, { from }) => client.reprocess({ ...command, from }),
  }),
  verb({
    name: 'takedown',
    description: 'Hide each from everybody at once.',
    addFlags: none,
    send: (client, command) => client.takedown(command),
  }),
  verb({
    name: 'restore',
    description: 'Publish each again that was taken down.',
    addFlags: none,
    send: (client, command) => client.restore(command),
  }),
];
