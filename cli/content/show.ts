import type { Command } from 'commander';
import { addExamples } from '../arguments';
import type { Cli } from '../cli';
import { renderContent } from '../render/content';

export function addShow(parent: Command, cli: Cli): void {
  const command = parent
    .command('show')
    .description('Everything known of one content: problems, stages, renditions, events, and what to do next.')
    .argument('<id>', 'content id')
    .action(async (id: string, _flags: object, self: Command) => {
      const client = cli.client();
      const content = await client.show({ contentId: id });
      const output = cli.output(self);
      output.one(content, (style) => renderContent(content, Date.now(), style));
      if (content.run.unreachable !== null) {
        output.say(`Temporal could not be asked; this is what Postgres knows (${content.run.unreachable})`);
      }
    });
  addExamples(command, 'reelway content show bunny', 'reelway content show bunny -o json | jq .milestones');
}
