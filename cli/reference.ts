import type { Argument, Command } from 'commander';
import { ERRORS, type ErrorCode } from '../contracts/model/errors';
import { EXIT, exitCodeOf } from './exit';
import { createProgram } from './program';

const NO_STREAMS = { stdout: { write: () => true }, stderr: { write: () => true } };

/** docs/cli.md, made from the command definitions; a test holds the two equal. */
export function cliReference(): string {
  // Nothing is opened while the commands are only described.
  const program = createProgram({} as never, NO_STREAMS);
  const commands = leavesOf(program);
  return [
    '# Command line',
    '',
    '<!-- Generated from cli/ (npm run generate). -->',
    '',
    'Data goes to stdout (`-o text`, `json` or `jsonl`), messages to stderr. An error says what happened, why, and what to',
    'do next; [errors.md](errors.md) has a section per code. Addresses come from the environment',
    '([configuration.md](configuration.md)), else from the local stack that runs in the project. Where `REELWAY_API_URL` is',
    'set, commands go through the [admin API](operations.md#the-admin-api) as the actor of their token.',
    '',
    ...commands.flatMap(sectionOf),
    ...exitCodes(),
    '',
  ].join('\n');
}

const leavesOf = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);

/** "reelway content show". */
function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

function sectionOf(command: Command): string[] {
  const rows = [
    ...command.registeredArguments.map((argument) => {
      const choices = choicesText(argument.argChoices);
      return [`\`${nameOf(argument)}\``, `${argument.description}${choices}`];
    }),
    ...command.options.map((option) => [
      `\`${option.flags}\``,
      `${option.description}${choicesText(option.argChoices)}`,
    ]),
  ];
  const usage = command.registeredArguments.map((argument) => ` ${nameOf(argument)}`).join('');
  const lines = rows.map(([name = '', text = '']) => `- ${name}: ${text}`);
  return [
    `## \`${pathOf(command)}${usage}\``,
    '',
    command.description(),
    '',
    ...lines,
    ...(lines.length > 0 ? [''] : []),
  ];
}

/** "<id>", or "[ids...]" where there may be none or several. */
function nameOf(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

const choicesText = (choices: string[] | undefined): string => (choices ? ` (${choices.join(', ')})` : '');

const MEANING: Record<keyof typeof EXIT, string> = {
  done: 'done',
  failed: 'the command worked, the thing asked about failed or needs somebody',
  usage: 'usage or configuration',
  unreachable: 'a service is unreachable, or an answer did not come in time',
  notFound: 'not found',
  refused: 'refused in this state',
};

function exitCodes(): string[] {
  const codes = Object.keys(ERRORS) as ErrorCode[];
  const lines = (Object.keys(EXIT) as (keyof typeof EXIT)[]).map((name) => {
    const exit = EXIT[name];
    const own = codes.filter((code) => exitCodeOf(code) === exit);
    const shown = exit === EXIT.failed || own.length === 0 ? '' : `: ${own.map((code) => `\`${code}\``).join(', ')}`;
    return `- **${String(exit)}** ${MEANING[name]}${shown}`;
  });
  return ['## Exit codes', '', ...lines];
}
