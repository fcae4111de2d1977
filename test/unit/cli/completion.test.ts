import { execFileSync, spawnSync } from 'node:child_process';
import { type Command } from 'commander';
import { bashCompletion } from '../../../cli/completion/bash';
import { fishCompletion } from '../../../cli/completion/fish';
import { wordsOf } from '../../../cli/completion/words';
import { createProgram } from '../../../cli/program';

const NOWHERE = { stdout: { write: () => true }, stderr: { write: () => true } };
const commands = wordsOf(createProgram({} as never, NOWHERE));

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;

/** What bash offers for the last word of a line. */
function inBash(line: string[]): string[] {
  const words = ['reelway', ...line];
  const ask = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${String(words.length - 1)}; _reelway; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const out = execFileSync('bash', ['--norc', '-c', `${bashCompletion(commands)}\n${ask}`], { encoding: 'utf8' });
  return out.split('\n').filter((word) => word !== '');
}

/** What fish offers for the end of a line. */
function inFish(line: string): string[] {
  const out = execFileSync('fish', ['--no-config', '-c', `${fishCompletion(commands)}\ncomplete -C '${line}'`], {
    encoding: 'utf8',
  });
  return out
    .split('\n')
    .flatMap((row) => row.split('\t').slice(0, 1))
    .filter((word) => word !== '');
}

test.each<[string[], string[], string[]]>([
  [['con'], ['content'], ['dlq']],
  [['content', 're'], ['register', 'retry'], ['show']],
  [['content', 'list', '--st'], ['--stage', '--status'], ['--attention']],
  [['content', 'list', '--status', 'PA'], ['PARKED'], ['PUBLISHED']],
  [['content', 'decide', 'bunny', 'APP'], ['APPROVED'], ['REMOVED']],
  [['dlq', 'redrive', '17', '--da'], [], ['--dry-run']],
  [['completion', ''], ['bash', 'zsh', 'fish'], []],
  [['-'], ['--version', '--output', '--help'], []],
])('bash: after reelway %j come %j', (line, offered, notOffered) => {
  const words = inBash(line);
  expect(words).toEqual(expect.arrayContaining(offered));
  for (const other of notOffered) expect(words).not.toContain(other);
});

test('every command and every option of the parser is offered where it may stand', () => {
  const walk = (command: Command, path: string[]): void => {
    const names = command.commands.map((one) => one.name());
    const options = command.options.flatMap(({ long, hidden }) => (long !== undefined && !hidden ? [long] : []));
    expect([path, inBash([...path, ''])]).toEqual([path, expect.arrayContaining([...names, ...options])]);
    for (const one of command.commands) walk(one, [...path, one.name()]);
  };
  walk(createProgram({} as never, NOWHERE), []);
});

(has('fish') ? test : test.skip).each<[string, string[]]>([
  ['reelway con', ['content']],
  ['reelway content list --sta', ['--stage', '--status']],
  ['reelway content list --status PARK', ['PARKED']],
  ['reelway content decide bunny APPR', ['APPROVED']],
])('fish: %s is completed to %j', (line, offered) => {
  expect(inFish(line)).toEqual(offered);
});
