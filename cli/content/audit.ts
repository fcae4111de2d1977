import type { Command } from 'commander';
import type { AuditLine } from '../../operations/audit';
import { addExamples } from '../arguments';
import type { Cli } from '../cli';
import { printable, table } from '../render/text';
import { ago } from '../render/time';

export function addAudit(parent: Command, cli: Cli): void {
  const command = parent
    .command('audit')
    .description('What people commanded about one content, oldest first: when, who, what, why and what it came to.')
    .argument('<id>', 'content id')
    .action(async (id: string, _flags: object, self: Command) => {
      const client = cli.client();
      const lines = await client.audit({ contentId: id });
      cli.output(self).many(lines, () =>
        table(
          ['WHEN', 'ACTOR', 'VERB', 'WITH', 'OUTCOME', 'REASON', 'COMMAND'],
          lines.map(({ at, actor, verb, args, outcome, code, reason, commandId }) => [
            ago(at, Date.now()),
            printable(actor),
            verb,
            printable(argumentsOf(args)),
            [outcome ?? '-', ...(code === null ? [] : [code])].join(' '),
            printable(reason),
            printable(commandId ?? '-'),
          ]),
        ),
      );
    });
  addExamples(command, 'reelway content audit bunny', 'reelway content audit bunny -o jsonl | jq -r .actor | sort -u');
}

const argumentsOf = (args: AuditLine['args']): string =>
  Object.entries(args)
    .flatMap(([name, value]) => (value === null ? [] : [`${name}=${String(value)}`]))
    .join(' ') || '-';
