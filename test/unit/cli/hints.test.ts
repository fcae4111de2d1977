import type { Command } from 'commander';
import type { Cli } from '../../../cli/cli';
import { createProgram } from '../../../cli/program';
import { ERRORS, type ErrorCode } from '../../../contracts/model/errors';

const silent = { stdout: { write: () => true }, stderr: { write: () => true } };
const program = createProgram({} as Cli, silent);

/** "reelway content retry ID --reason TEXT" of a hint, as words, up to the end of its sentence. */
const COMMAND_LINE = /\breelway ((?:[a-z][a-z-]*)(?: [^\s;,.)]+)*)/g;

const hinted = (Object.keys(ERRORS) as ErrorCode[]).flatMap((code) =>
  [...ERRORS[code].hint.matchAll(COMMAND_LINE)].map(([line, words = '']) => ({ code, line, words: words.split(' ') })),
);

/** The command that the first words name, and the words after it. */
function find(words: string[], within: Command = program): { command: Command; rest: string[] } {
  const [name, ...rest] = words;
  const next = within.commands.find((one) => one.name() === name);
  return next ? find(rest, next) : { command: within, rest: words };
}

test('hints name commands', () => {
  expect(hinted.length).toBeGreaterThan(30);
});

test.each(hinted)('what $code says can be copied: $line', ({ words }) => {
  const { command, rest } = find(words);
  expect(command).not.toBe(program);
  const flags = rest.filter((word) => word.startsWith('--'));
  expect(command.options.map(({ long }) => long)).toEqual(expect.arrayContaining(flags));
  // A command that is only named, "see reelway topics check", is no line to copy.
  if (!rest.some((word) => /^[A-Z]/.test(word) || word.startsWith('--'))) return;
  const mandatory = command.options.filter((option) => option.mandatory).map(({ long }) => long);
  expect(flags).toEqual(expect.arrayContaining(mandatory));
});
