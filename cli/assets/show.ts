import type { Command } from 'commander';
import { addExamples } from '../arguments';
import type { Cli } from '../cli';
import { renderAsset } from '../render/assets';

export function addAssetShow(parent: Command, cli: Cli): void {
  const command = parent
    .command('show')
    .description('What another service last said of the media of an episode.')
    .argument('<id>', 'episode: the content id')
    .action(async (id: string, _flags: object, self: Command) => {
      const asset = await cli.client().asset({ episodeId: id });
      cli.output(self).one(asset, (style) => renderAsset(asset, style));
    });
  addExamples(command, 'reelway assets show 3f0c9a52-6f0e-4d7b-9a65-0d6d8a2f4c11');
}
