import type { OptionWord, Word, Words } from './words';

/** A script for fish: a line per word, each under the condition that its command is the one being written. */
export const fishCompletion = (commands: Words[]): string =>
  [
    '# fish completion of reelway',
    'function __reelway_at',
    '    set -l at',
    '    for word in (commandline -opc)[2..-1]',
    '        if contains -- (string join -- " " $at $word) $__reelway_commands',
    '            set at $at $word',
    '        end',
    '    end',
    '    test "$at" = "$argv"',
    'end',
    `set -g __reelway_commands ${commands
      .map(({ path }) => quoted(path.join(' ')))
      .filter((name) => name !== "''")
      .join(' ')}`,
    'complete -c reelway -f',
    ...commands.flatMap(linesOf),
    '',
  ].join('\n');

function linesOf({ path, subcommands, choices, options }: Words): string[] {
  const condition = `-n ${quoted(`__reelway_at ${path.join(' ')}`.trimEnd())}`;
  const argument = ({ name, about }: Word): string => `complete -c reelway ${condition} -a ${name} -d ${quoted(about)}`;
  return [
    ...subcommands.map(argument),
    ...choices.map((name) => argument({ name, about: '' })),
    ...options.map((option) => `complete -c reelway ${condition} ${optionOf(option)} -d ${quoted(option.about)}`),
  ];
}

function optionOf({ name, takesValue, choices }: OptionWord): string {
  const long = `-l ${name.replace(/^--/, '')}`;
  if (!takesValue) return long;
  return choices.length > 0 ? `${long} -x -a ${quoted(choices.join(' '))}` : `${long} -r -F`;
}

const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
