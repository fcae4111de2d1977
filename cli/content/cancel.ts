import type { Command } from 'commander';
import type { Cli } from '../cli';
import type { ReelwayClient } from '../client';
import { renderAnswer } from '../render/answer';
import { addVerb } from './verb';

export const addCancel = (parent: Command, cli: Cli): void => {
  addVerb(parent, cli, {
    name: 'cancel',
    description: 'End a run that is not published, and remove what it made. Says what that is, and asks first.',
    danger: lost,
    send: (client, command) => client.cancel(command),
    render: (answer, style) => renderAnswer('cancel', answer, style),
    examples: ['reelway content cancel bunny --reason "uploaded by mistake" --yes'],
  });
};

/** A generation that is given up leaves alone what earlier ones made. */
async function lost(client: ReelwayClient, contentId: string): Promise<string> {
  const { outputs, generation, status } = await client.show({ contentId });
  const own = outputs.filter((output) => !output.removed && output.generation === generation);
  const objects = own.reduce((sum, { keys }) => sum + keys.length, 0);
  return `end the run of ${contentId} (${status}) and remove ${String(objects)} objects it made`;
}
