import type { Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { addCommandFlags, addExamples, type CommandFlags } from '../arguments';
import type { Cli } from '../cli';
import { renderCorrected } from '../render/dead-letter-results';
import { readPayload } from './payload';

interface Flags extends CommandFlags {
  file: string;
}

export function addDeadLetterEdit(parent: Command, cli: Cli): void {
  const command = parent
    .command('edit')
    .description('Store corrected bytes beside the original; a redrive takes them. They are judged first.')
    .argument('<id>', 'id from dlq list')
    .requiredOption('--file <file>', 'the whole record value');
  addCommandFlags(command).action(async (id: string, flags: Flags, self: Command) => {
    const { file, reason, commandId = randomUUID() } = flags;
    const value = readPayload(file);
    const corrected = await cli.client().correctDeadLetter({ id, value, reason, commandId });
    cli.output(self).one(corrected, (style) => renderCorrected(corrected, style));
  });
  addExamples(command, 'reelway dlq edit 17 --file corrected.json --reason "resolution was a number"');
}
