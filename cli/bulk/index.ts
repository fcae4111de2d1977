import { Option, type Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { ReelwayError } from '../../contracts/model/errors';
import { checkCommandId } from '../../operations/commands/carry-out';
import type { ListInput } from '../../operations/list';
import type { ContentSummary } from '../../operations/views';
import { addExamples, positive } from '../arguments';
import type { Cli } from '../cli';
import type { ReelwayClient } from '../client';
import { parseQuery } from '../content-query';
import { renderList } from '../render/list';
import { carryOutAll, type BulkPlan } from './carry-out';
import { BULK_VERBS, type BulkVerb } from './verbs';

interface Flags {
  query: ListInput;
  reason: string;
  rate: number;
  limit: number;
  dryRun?: true;
  yes?: true;
  resume?: string;
}

const DEFAULT_RATE = 10;
const DEFAULT_LIMIT = 10_000;
/** Shown before anybody is asked. */
const SAMPLE = 5;

export function addBulk(program: Command, cli: Cli): void {
  const bulk = program.command('bulk').description('One command for every content that a query finds.');
  for (const verb of BULK_VERBS) addVerb(bulk, verb, cli);
}

function addVerb(parent: Command, verb: BulkVerb, cli: Cli): void {
  const command = parent
    .command(verb.name)
    .description(`${verb.description} Says how many first; a line per content; Ctrl-C stops in order.`)
    .requiredOption('--query <filter>', 'which: the flags of content list as words, attention code=…', parseQuery)
    .requiredOption('--reason <text>', 'why; it goes into the audit of each');
  verb
    .addFlags(command)
    .option('--rate <n>', 'at most so many a second', positive, DEFAULT_RATE)
    .option('--limit <n>', 'at most so many contents', positive, DEFAULT_LIMIT)
    .option('--dry-run', 'list what the query finds; nothing is changed')
    .option('--yes', 'do not ask')
    .addOption(new Option('--resume <id>', 'go on with a bulk command that stopped: it does nothing twice'))
    .action(async (flags: Flags & object, self: Command) => {
      const client = cli.client();
      const output = cli.output(self);
      const contents = await found(client, flags.query, flags.limit);
      if (flags.dryRun) {
        output.many(contents, (style) => renderList(contents, Date.now(), style));
        return;
      }
      if (contents.length === 0) {
        output.say('the query finds none');
        return;
      }
      for (const line of sampleOf(contents)) output.say(line);
      await cli.confirm(`${verb.name} ${String(contents.length)} contents`, flags.yes === true);
      await carryOutAll(cli, client, output, planOf(verb, contents, flags));
    });
  addExamples(
    command,
    `reelway bulk ${verb.name} --query 'attention code=TRANSCODE_FAILED' --reason TEXT --dry-run`,
    `reelway bulk ${verb.name} --query 'status=PARKED age=2h' --reason TEXT --rate 20 --yes`,
  );
}

function planOf(verb: BulkVerb, contents: ContentSummary[], flags: Flags): BulkPlan {
  const bulkId = flags.resume ?? randomUUID();
  checkCommandId(bulkId);
  const { reason, rate } = flags;
  return { verb, contentIds: contents.map(({ contentId }) => contentId), bulkId, reason, rate, flags };
}

const PAGE = 1_000;

/** All that the query finds now: what is acted on changes its place in the list. Throws INPUT_INVALID over the limit. */
async function found(client: ReelwayClient, query: ListInput, limit: number): Promise<ContentSummary[]> {
  const all: ContentSummary[] = [];
  for (let after: string | null = null; ;) {
    const page = await client.list({ ...query, limit: PAGE, ...(after !== null && { after }) });
    all.push(...page.contents);
    if (page.next === null || all.length > limit) break;
    after = page.next;
  }
  if (all.length <= limit) return all;
  throw new ReelwayError('INPUT_INVALID', `The query finds more than ${String(limit)} contents.`, {
    hint: 'Narrow it, or say so: --limit N.',
  });
}

function sampleOf(contents: ContentSummary[]): string[] {
  const rest = contents.length - SAMPLE;
  const plain = (text: string): string => text;
  const style = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain };
  const more = rest > 0 ? [`… and ${String(rest)} more`] : [];
  return [...renderList(contents.slice(0, SAMPLE), Date.now(), style), ...more];
}
