import type { Words } from './words';

/**
 * A script for bash, which zsh takes as well: it finds the command that is being written, then offers what may follow.
 * All words are our own names, of letters and dashes, so that nothing needs quoting.
 */
export const bashCompletion = (commands: Words[]): string =>
  [
    '# bash completion of reelway; zsh takes it too',
    '[ -n "$ZSH_VERSION" ] && autoload -U +X bashcompinit && bashcompinit',
    '_reelway() {',
    '  local current="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" at="" words="" word i',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    '    word="${COMP_WORDS[i]}"',
    '    case "$at $word" in',
    `      ${patterns(commands.map(({ path }) => place(path)).filter((name) => name !== ''))}) at="$at $word" ;;`,
    '    esac',
    '  done',
    '  case "$at|$before" in',
    ...commands.flatMap(valuesOf),
    '  esac',
    '  case "$at" in',
    ...commands.map((one) => `    "${place(one.path)}") words="${wordsAfter(one)}" ;;`),
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    'complete -o default -F _reelway reelway',
    '',
  ].join('\n');

const place = (path: string[]): string => path.map((name) => ` ${name}`).join('');
const patterns = (texts: string[]): string => texts.map((text) => `"${text}"`).join('|');

const wordsAfter = ({ subcommands, choices, options }: Words): string =>
  [...subcommands.map(({ name }) => name), ...choices, ...options.map(({ name }) => name)].join(' ');

/** After an option that takes a value: its choices, or (nothing offered) the names of files. */
const valuesOf = ({ path, options }: Words): string[] =>
  options
    .filter(({ takesValue }) => takesValue)
    .map(
      ({ name, choices }) =>
        `    "${place(path)}|${name}") COMPREPLY=($(compgen -W "${choices.join(' ')}" -- "$current")); return ;;`,
    );
