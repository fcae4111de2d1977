import { Option, type Command } from 'commander';
import { ReelwayError } from '../../contracts/model/errors';
import { LADDER, type Right, type Rung } from '../../contracts/model/rights';
import { newToken, tokenLine } from '../../platform/tokens/token';
import { isActor } from '../../platform/tokens/token-lines';
import type * as Workers from '../../workers';
import { addExamples } from '../arguments';
import type { Cli } from '../cli';
import { endAs } from './flags';

export function addApi(parent: Command, cli: Cli): void {
  const command = parent
    .command('api')
    .description('Run the admin API until SIGTERM or SIGINT, which it drains for.')
    .action(async () => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- the SDK's worker is loaded by nobody else
      const { runApi } = require('../../workers') as typeof Workers;
      cli.exit(endAs(await runApi(cli.config())));
    });
  addExamples(command, 'reelway api', 'reelway api token --actor anna --right operator');
  addToken(command, cli);
}

interface TokenFlags {
  actor: string;
  right: Rung;
  moderationSkip?: true;
}

function addToken(parent: Command, cli: Cli): void {
  const command = parent
    .command('token')
    .description('Make a token for the admin API: prints it once, and the line for the file with its digest.')
    .requiredOption('--actor <name>', 'whose it is; this name stands in the audit')
    .addOption(new Option('--right <right>', 'what it may do').choices(LADDER).makeOptionMandatory())
    .option('--moderation-skip', 'and skip moderation')
    .action(({ actor, right, moderationSkip }: TokenFlags, self: Command) => {
      if (!isActor(actor)) {
        throw new ReelwayError('USAGE', 'An actor is 1 to 100 of A-Z a-z 0-9 . _ @ + -, and none of Reelway itself.');
      }
      const rights: Right[] = moderationSkip ? [right, 'moderation-skip'] : [right];
      const token = newToken();
      const line = tokenLine(actor, rights, token);
      const output = cli.output(self);
      output.one({ actor, rights, token, line }, () => [token, line]);
      output.say('The first line is for REELWAY_API_TOKEN of whoever uses it, and is shown only now.');
      output.say('The second is for the file of REELWAY_API_TOKENS_FILE; a running API reads it within a second.');
    });
  addExamples(
    command,
    'reelway api token --actor anna --right operator',
    'reelway api token --actor deploy-bot --right admin -o json',
  );
}
