import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { isErrorCode, ReelwayError } from '../contracts/model/errors';
import { CONTENT_TYPES, RESIDENCIES, STAGES, STATUSES } from '../contracts/model/status';
import type { ListInput } from '../operations/list';
import { span } from './arguments';

/** What narrows a list of contents, as flags of a command. */
export interface QueryFlags {
  stage?: NonNullable<ListInput['stage']>;
  status?: NonNullable<ListInput['status']>;
  attention?: true;
  code?: NonNullable<ListInput['code']>;
  creator?: string;
  residency?: NonNullable<ListInput['residency']>;
  type?: NonNullable<ListInput['contentType']>;
  age?: number;
}

/** The filters of contents: of `content list` as flags, and as the words of a query, which are the same without dashes. */
export const addQueryFlags = (command: Command): Command =>
  command
    .addOption(new Option('--stage <stage>', 'in this stage').choices(STAGES))
    .addOption(new Option('--status <status>', 'in this status').choices(STATUSES))
    .option('--attention', 'only what needs an admin')
    .option('--code <code>', 'with this code', errorCode)
    .option('--creator <id>', 'of this creator')
    .addOption(new Option('--residency <residency>', 'of this residency').choices(RESIDENCIES))
    .addOption(new Option('--type <type>', 'of this type').choices(CONTENT_TYPES))
    .option('--age <span>', 'in its status for at least so long: 30m, 2h, 3d', span);

function errorCode(text: string): NonNullable<ListInput['code']> {
  if (isErrorCode(text)) return text;
  throw new InvalidArgumentError('docs/errors.md names the codes.');
}

export const queryOf = ({ attention, creator, type, age, stage, status, code, residency }: QueryFlags): ListInput => ({
  ...(stage && { stage }),
  ...(status && { status }),
  ...(attention && { attention }),
  ...(code && { code }),
  ...(creator !== undefined && { creatorId: creator }),
  ...(residency && { residency }),
  ...(type && { contentType: type }),
  ...(age !== undefined && { minAgeMs: age }),
});

/** `attention code=TRANSCODE_FAILED age=2h`: words that are the flags of `content list`. Throws USAGE. */
export function parseQuery(text: string): ListInput {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length === 0) throw notAQuery('it is empty, and that would be everything');
  const parser = addQueryFlags(new Command('query')).exitOverride().helpOption(false);
  parser.configureOutput({ writeOut: () => undefined, writeErr: () => undefined, outputError: () => undefined });
  try {
    return queryOf(
      parser
        .parse(
          words.map((word) => `--${word}`),
          { from: 'user' },
        )
        .opts<QueryFlags>(),
    );
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw notAQuery(error.message.replace(/^error: /, ''));
  }
}

const notAQuery = (why: string): ReelwayError =>
  new ReelwayError('USAGE', `The query is not one: ${why}`, {
    hint: "It is made of the flags of content list, without dashes: --query 'attention code=TRANSCODE_FAILED age=2h'",
  });
