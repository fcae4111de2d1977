import type { Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { addCommandFlags, addExamples, type CommandFlags, type ContentCommand } from '../arguments';
import type { Cli } from '../cli';
import type { ReelwayClient } from '../client';
import type { Style } from '../render/text';

/** A command for one content: what is its own of it; that it has a reason and an id, they have in common. */
export interface ContentVerb<A extends object, F = object> {
  name: string;
  description: string;
  /** Flags of its own; default: none. */
  addFlags?(command: Command): Command;
  /** Where it cannot be undone: what it would do to this content, said before somebody agrees. Adds --yes. */
  danger?(client: ReelwayClient, contentId: string): Promise<string>;
  send(client: ReelwayClient, command: ContentCommand, flags: F): Promise<A>;
  render(answer: A, style: Style, flags: F): string[];
  examples: string[];
}

interface Agreed {
  yes?: true;
}

export function addVerb<A extends object, F = object>(parent: Command, cli: Cli, verb: ContentVerb<A, F>): void {
  const command = parent.command(verb.name).description(verb.description).argument('<id>', 'content id');
  verb.addFlags?.(command);
  if (verb.danger) command.option('--yes', 'do not ask');
  addCommandFlags(command).action(async (contentId: string, flags: F & Agreed & CommandFlags, self: Command) => {
    const { reason, commandId = randomUUID(), yes } = flags;
    const client = cli.client();
    if (verb.danger && !yes) await cli.confirm(await verb.danger(client, contentId), false);
    const answer = await verb.send(client, { contentId, reason, commandId }, flags);
    cli.output(self).one(answer, (style) => verb.render(answer, style, flags));
  });
  addExamples(command, ...verb.examples);
}
