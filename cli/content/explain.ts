import type { Command } from 'commander';
import { addExamples } from '../arguments';
import type { Cli } from '../cli';
import { EXIT } from '../exit';
import { renderExplanation } from '../render/explanation';

export function addExplain(parent: Command, cli: Cli): void {
  const command = parent
    .command('explain')
    .description(
      'Why a content stands where it stands, who has to act, and with which command; exit 1 where it needs attention.',
    )
    .argument('<id>', 'content id')
    .action(async (id: string, _flags: object, self: Command) => {
      const client = cli.client();
      const explanation = await client.explain({ contentId: id });
      cli.output(self).one(explanation, (style) => renderExplanation(explanation, Date.now(), style));
      if (explanation.attention || explanation.owner === 'platform') cli.exit(EXIT.failed);
    });
  addExamples(command, 'reelway content explain bunny', "reelway content explain bunny -o json | jq -r '.commands[0]'");
}
