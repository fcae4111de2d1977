import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProgram } from '../../../cli/program';
import type { Cli } from '../../../cli/cli';
import { ERRORS, type ErrorCode } from '../../../contracts/model/errors';

const text = readFileSync(join(__dirname, '../../../docs/operations.md'), 'utf8');
const byCode = text.split('### By code\n')[1]?.split('\n### ')[0] ?? '';
const rows = byCode
  .split('\n')
  .filter((line) => /^\| [A-Z]+_?[A-Z_]* /.test(line))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
  .map(([, code = '', symptom = '', filter = '', mend = '']) => ({ code, symptom, filter, mend }));

/** Codes of the platform that no content asks for an admin with. */
const QUIET = new Map<ErrorCode, string>([
  ['HELD', 'an admin holds it and knows'],
  ['METADATA_CHANGED', 'the run has it checked and goes on'],
  ['CONTENT_REMOVED', 'the run ends as REMOVED'],
  ['BREAKER_OPEN', 'a partition is held: bridge status'],
  ['STARTS_PAUSED', 'starts are held: bridge status'],
]);
/** Whose filter is another: the run has ended, or it calls a reviewer. */
const OTHERS: readonly string[] = ['RUN_MISSING', 'MANIFEST_MISSING', 'CHECK_FAILED'];

const loud = (Object.keys(ERRORS) as ErrorCode[]).filter(
  (code) => ERRORS[code].class === 'platform' && !QUIET.has(code),
);

test('every code that can raise attention has one row in the runbook, and no other has one', () => {
  expect(rows.map(({ code }) => code).sort()).toEqual([...loud].sort());
});

test.each(rows)(
  'the row of $code has its exact filter and a command that exists',
  ({ code, symptom, filter, mend }) => {
    expect(symptom.length).toBeGreaterThan(10);
    expect(filter).toMatch(/^`ExecutionStatus = "(Running|Terminated|Completed)" AND .+`$/);
    const exact = `\`ExecutionStatus = "Running" AND NeedsAttention = true AND FailureCode = "${code}"\``;
    if (!OTHERS.includes(code)) expect(filter).toBe(exact);
    const lines = [...mend.matchAll(/`reelway ([^`]+)`/g)].map(([, words = '']) => words.split(' '));
    expect(lines.length).toBeGreaterThan(0);
    for (const words of lines) expect(words).toEqual(expect.arrayContaining(flagsOf(words)));
  },
);

test('every filter of the runbook says whether the run is open', () => {
  const filters = [...text.matchAll(/`([^`]*(?:NeedsAttention|FailureCode|ContentStatus) [=<][^`]*)`/g)];
  expect(filters.length).toBeGreaterThan(rows.length);
  for (const [, filter] of filters) expect(filter).toContain('ExecutionStatus = ');
});

/** The mandatory flags of the command that the words name; fails where they name none. */
function flagsOf(words: string[]): string[] {
  const silent = { stdout: { write: () => true }, stderr: { write: () => true } };
  let command = createProgram({} as Cli, silent);
  for (const word of words) command = command.commands.find((one) => one.name() === word) ?? command;
  expect(command.parent).not.toBeNull();
  return command.options.filter(({ mandatory }) => mandatory).flatMap(({ long }) => long ?? []);
}
