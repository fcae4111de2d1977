import { createInterface } from 'node:readline/promises';
import { ReelwayError } from '../contracts/model/errors';
import type { Streams } from './output';

/** Asks the person at the terminal; where nobody can be asked, --yes must have been given. Throws USAGE. */
export async function confirm(what: string, yes: boolean, streams: Streams): Promise<void> {
  if (yes) return;
  const { stdin } = process;
  if (!stdin.isTTY || streams.stderr.isTTY !== true) {
    throw new ReelwayError('USAGE', `Nothing was done. This would ${what}.`, { hint: 'To do it, add --yes.' });
  }
  const terminal = createInterface({ input: stdin, output: process.stderr });
  const answer = await terminal.question(`${what}? [y/N] `).catch(() => '');
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim()))
    throw new ReelwayError('USAGE', 'Nothing was done.', { hint: 'Answer y to do it.' });
}
