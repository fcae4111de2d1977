import type { Command } from 'commander';

/** What may follow a command on the line. */
export interface Words {
  /** Names on the way to it: [] is reelway itself, ['content', 'list']. */
  path: string[];
  subcommands: Word[];
  options: OptionWord[];
  /** Values of its arguments, where there is a list of them. */
  choices: string[];
}
export interface Word {
  name: string;
  about: string;
}
export interface OptionWord extends Word {
  /** It is followed by a value; choices: from a list. */
  takesValue: boolean;
  choices: string[];
}

/** Every command of the parser, with what may follow it. */
export function wordsOf(command: Command, path: string[] = [], inherited: OptionWord[] = []): Words[] {
  const options = [...command.options.filter((option) => !option.hidden).map(optionWord), ...inherited];
  const own: Words = {
    path,
    subcommands: command.commands.map((one) => ({ name: one.name(), about: one.description() })),
    options: [...options, { name: '--help', about: 'how to use it', takesValue: false, choices: [] }],
    choices: command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
  };
  const passedOn = options.filter(({ name }) => name !== '--version');
  return [own, ...command.commands.flatMap((one) => wordsOf(one, [...path, one.name()], passedOn))];
}

const optionWord = (option: Command['options'][number]): OptionWord => ({
  name: option.long ?? option.flags,
  about: option.description,
  takesValue: option.required || option.optional,
  choices: option.argChoices ?? [],
});
