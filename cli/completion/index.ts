import { Argument, type Command } from 'commander';
import { addExamples } from '../arguments';
import type { Cli } from '../cli';
import { bashCompletion } from './bash';
import { fishCompletion } from './fish';
import { wordsOf, type Words } from './words';

const SHELLS: Record<string, (commands: Words[]) => string> = {
  bash: bashCompletion,
  zsh: bashCompletion,
  fish: fishCompletion,
};

export function addCompletion(program: Command, cli: Cli): void {
  const command = program
    .command('completion')
    .description('Print a script that completes commands and options in your shell.')
    .addArgument(new Argument('<shell>', 'whose').choices(Object.keys(SHELLS)))
    .action((shell: string, _flags: object, self: Command) => {
      const script = SHELLS[shell]?.(wordsOf(program)) ?? '';
      cli.output(self).one({ shell, script }, () => [script]);
    });
  addExamples(
    command,
    'eval "$(reelway completion bash)"',
    'eval "$(reelway completion zsh)"',
    'reelway completion fish > ~/.config/fish/completions/reelway.fish',
  );
}
