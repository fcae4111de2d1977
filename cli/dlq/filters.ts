import { Option, type Command } from 'commander';
import { ReelwayError } from '../../contracts/model/errors';
import type { DeadLetterFilterInput, DeadLetterSelection } from '../../operations/dead-letters-input';
import { moment, positive } from '../arguments';

export interface FilterFlags {
  topic?: string;
  code?: string;
  content?: string;
  status?: NonNullable<DeadLetterFilterInput['status']>;
  quarantine?: true;
  since?: string;
  until?: string;
}
export interface PageFlags {
  limit?: number;
  after?: string;
}

const STATUSES = ['open', 'redriven', 'discarded', 'quarantined'] as const satisfies DeadLetterFilterInput['status'][];

/** Which letters are meant where no status is given. */
const OPEN_OR_QUARANTINED = 'open and quarantined';

export const addFilterFlags = (command: Command, preset = OPEN_OR_QUARANTINED): Command =>
  command
    .option('--topic <name>', 'of this topic')
    .option('--code <code>', 'with this code')
    .option('--content <id>', 'about this content')
    .addOption(new Option('--status <status>', `default: ${preset}`).choices(STATUSES))
    .addOption(new Option('--quarantine', 'those that wait for a person: --status quarantined').conflicts('status'))
    .option('--since <time>', 'dead since this time, or this span ago: 30m, 2h, 7d', (text) => moment(text))
    .option('--until <time>', 'dead before this time, or this span ago', (text) => moment(text));

/** For commands that go through letters, oldest first. */
export const addSelectionFlags = (command: Command, preset?: string): Command =>
  addFilterFlags(command, preset)
    .option('--limit <n>', 'at most so many; default: all', positive)
    .option('--after <id>', 'only letters with a higher id than this one');

export const filterOf = ({
  topic,
  code,
  content,
  quarantine,
  since,
  until,
  ...flags
}: FilterFlags): DeadLetterFilterInput => {
  const status = quarantine ? 'quarantined' : flags.status;
  return {
    ...(topic !== undefined && { topic }),
    ...(code !== undefined && { code }),
    ...(content !== undefined && { contentId: content }),
    ...(status !== undefined && { status }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  };
};

/** The letters a command names, or a filter; a command that changes letters must name some. Throws USAGE. */
export function selectionOf(ids: string[], flags: FilterFlags & PageFlags & { all?: true }): DeadLetterSelection {
  const filter = filterOf(flags);
  const isFiltered = Object.keys(filter).length > 0 || flags.all === true;
  if (ids.length > 0 && isFiltered) throw new ReelwayError('USAGE', 'Name dead letters or give a filter, not both.');
  if (ids.length > 0 && (flags.limit !== undefined || flags.after !== undefined)) {
    throw new ReelwayError('USAGE', '--limit and --after go with a filter, not with ids.');
  }
  if (ids.length > 0) return { ids };
  if (!isFiltered) {
    throw new ReelwayError('USAGE', 'Which dead letters?', {
      hint: 'Name ids from dlq list, give a filter, or --all.',
    });
  }
  return {
    filter,
    ...(flags.limit !== undefined && { limit: flags.limit }),
    ...(flags.after !== undefined && { after: flags.after }),
  };
}

/** Of the input of a command only which letters it is about: what counting them takes. */
export const selectionIn = ({ ids, filter, limit, after }: DeadLetterSelection): DeadLetterSelection => ({
  ...(ids && { ids }),
  ...(filter && { filter }),
  ...(limit !== undefined && { limit }),
  ...(after !== undefined && { after }),
});
