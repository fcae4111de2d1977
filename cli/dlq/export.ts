import type { Command } from 'commander';
import { open } from 'node:fs/promises';
import { ReelwayError } from '../../contracts/model/errors';
import type { ExportedDeadLetter } from '../../operations/dead-letters';
import { addExamples } from '../arguments';
import type { Cli } from '../cli';
import type { Output } from '../output';
import { addSelectionFlags, filterOf, type FilterFlags, type PageFlags } from './filters';

interface Flags extends FilterFlags, PageFlags {
  file?: string;
}

export function addDeadLetterExport(parent: Command, cli: Cli): void {
  const command = parent
    .command('export')
    .description('Write dead letters with their bytes (base64) and headers, oldest first, one JSON object a line.');
  addSelectionFlags(command)
    .option('--file <file>', 'a new file, readable by you alone; default: stdout')
    .action(async (flags: Flags, self: Command) => {
      const { limit, after, file } = flags;
      const page = { ...(limit !== undefined && { limit }), ...(after !== undefined && { after }) };
      const letters = cli.client().exportDeadLetters({ filter: filterOf(flags), ...page });
      const output = cli.output(self);
      const count = file === undefined ? await toStdout(letters, output) : await toFile(letters, file);
      output.say(`${String(count)} dead letters`);
    });
  addExamples(
    command,
    'reelway dlq export --code SCHEMA_INVALID > letters.jsonl',
    'reelway dlq export --status discarded --file discarded.jsonl',
    "reelway dlq export --limit 1 | jq -r '.value | @base64d'",
  );
}

type Letters = AsyncIterable<ExportedDeadLetter>;

/** A line each, whatever the output format: the end is not known before it comes. */
async function toStdout(letters: Letters, output: Pick<Output, 'next' | 'drained'>): Promise<number> {
  let count = 0;
  for await (const letter of letters) {
    output.next(letter, () => [JSON.stringify(letter)]);
    await output.drained();
    count++;
  }
  return count;
}

/** What others sent may be secret. */
const OWNER_ONLY = 0o600;

async function toFile(letters: Letters, file: string): Promise<number> {
  const handle = await open(file, 'wx', OWNER_ONLY).catch((cause: unknown) => {
    throw new ReelwayError('USAGE', `${file} cannot be made.`, { cause, hint: 'Name a file that is not there yet.' });
  });
  try {
    let count = 0;
    for await (const letter of letters) {
      await handle.write(`${JSON.stringify(letter)}\n`);
      count++;
    }
    return count;
  } finally {
    await handle.close();
  }
}
