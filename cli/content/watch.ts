import { Option, type Command } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminal, STATUSES, type Status } from '../../contracts/model/status';
import type { ContentGlance } from '../../operations/glance';
import { addExamples, span } from '../arguments';
import type { Cli } from '../cli';
import { EXIT, type ExitCode } from '../exit';
import type { Output } from '../output';
import { changeOf, isSameMoment, renderChange, type Change } from '../render/change';
import { renderTree } from '../render/tree';

interface Flags {
  until?: Status;
  timeout?: number;
}

/** Often enough to see every stage of a short clip; a look costs one row and one call. */
const LOOK_EVERY_MS = 500;
/** Postgres follows the run by a moment: a state that ends the watch must last this long, or a retry would not be seen. */
const SETTLE_MS = 2_000;

export function addWatch(parent: Command, cli: Cli): void {
  const command = parent
    .command('watch')
    .description(
      'Show a content until it is published, has ended, or waits for a person: on a terminal as a live tree, else a line per change.',
    )
    .argument('<id>', 'content id')
    .addOption(new Option('--until <status>', 'end at this status, with exit code 0').choices(STATUSES))
    .option('--timeout <span>', 'give up after this time: seconds, or 30s, 5m, 2h', span)
    .action(async (id: string, flags: Flags, self: Command) => {
      const client = cli.client();
      cli.exit(await watch(() => client.glance({ contentId: id }), flags, cli.output(self)));
    });
  addExamples(
    command,
    'reelway content watch bunny',
    'reelway content watch bunny --until AWAITING_REVIEW --timeout 5m',
    'reelway content watch bunny -o jsonl',
  );
}

/** Looks until the content is where it should be (0), stays where it will not go on by itself (1), or time is up (1). */
export async function watch(
  look: () => Promise<ContentGlance>,
  flags: Flags,
  output: Pick<Output, 'next' | 'say' | 'redraw' | 'style'>,
): Promise<ExitCode> {
  const begun = Date.now();
  const until = flags.until ?? 'PUBLISHED';
  let last: Change | undefined;
  let since = begun;
  for (;;) {
    const now = Date.now();
    const glance = await look();
    const change = changeOf(glance, now, now - begun);
    output.redraw?.(renderTree(glance, now, output.style));
    if (!last || !isSameMoment(last, change)) {
      if (!output.redraw) output.next(change, (style) => renderChange(change, style));
      if (last?.status !== change.status) since = now;
      last = change;
    }
    if (change.status === until) return EXIT.done;
    if (isStuck(change) && now - since >= SETTLE_MS) return stopped(glance, output);
    if (flags.timeout !== undefined && now - begun >= flags.timeout) {
      output.say(`not ${until} in the time given; it is ${change.status}`);
      return EXIT.failed;
    }
    await sleep(LOOK_EVERY_MS);
  }
}

/** Without somebody's help it stays as it is. */
const isStuck = ({ status, failureCode }: Pick<Change, 'status' | 'failureCode'>): boolean =>
  isTerminal(status) ||
  ['PARKED', 'AWAITING_REVIEW', 'AWAITING_CREATOR'].includes(status) ||
  (status === 'WAITING' && failureCode === 'HELD');

function stopped(glance: ContentGlance, output: Pick<Output, 'say'>): ExitCode {
  const code = glance.failureCode === null ? '' : ` (${glance.failureCode})`;
  output.say(`${glance.contentId} is ${glance.status}${code}; see: reelway content show ${glance.contentId}`);
  return EXIT.failed;
}
