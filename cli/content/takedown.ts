import type { Command } from 'commander';
import type { Cli } from '../cli';
import type { ReelwayClient } from '../client';
import { renderFinished } from '../render/finished';
import { addVerb } from './verb';

const NOT_HEARD = 'its run has not heard of it yet, and publishes nothing; it ends when it does';

export const addTakedown = (parent: Command, cli: Cli): void => {
  addVerb(parent, cli, {
    name: 'takedown',
    description:
      'Hide content from everybody at once, also while Temporal is down. Says what it hides, and asks first.',
    danger: hidden,
    send: (client, command) => client.takedown(command),
    render: (answer, style) => [
      ...renderFinished('takedown', answer, style),
      ...(answer.run === 'later' ? [NOT_HEARD] : []),
    ],
    examples: ['reelway content takedown bunny --reason "court order 17/26" --yes'],
  });
};

async function hidden(client: ReelwayClient, contentId: string): Promise<string> {
  const { status, visibility } = await client.show({ contentId });
  return `hide ${contentId} (${status}, ${visibility}) from everybody`;
}
