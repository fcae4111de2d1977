import type { ErrorCode } from '../../contracts/model/errors';
import type { Status } from '../../contracts/model/status';
import { toReelwayError } from '../../platform/errors';
import type { Cli } from '../cli';
import type { ReelwayClient } from '../client';
import { EXIT, exitCodeOf } from '../exit';
import { onInterrupt } from '../interrupt';
import type { Output } from '../output';
import { paced } from '../paced';
import { renderCounts } from '../render/counts';
import { printable, type Style } from '../render/text';
import type { BulkVerb } from './verbs';

export interface BulkPlan {
  verb: BulkVerb;
  contentIds: string[];
  /** With the content id it is the id of each command: the same twice is carried out once. */
  bulkId: string;
  reason: string;
  /** A second. */
  rate: number;
  flags: object;
}

/**
 * - done: taken; status is where the content stands now
 * - refused: the run, or what is known of the content, says no; code says why
 * - failed: no answer; nothing more is begun, because the next would fail as well
 */
interface BulkResult {
  contentId: string;
  commandId: string;
  outcome: 'done' | 'refused' | 'failed';
  status: Status | null;
  code: ErrorCode | null;
  message: string | null;
}

/** An update takes some tens of milliseconds; so many keep any rate that one worker can serve. */
const AT_ONCE = 16;

/** A line per content as it is done, then how many of each; says how to go on where it was stopped. */
export async function carryOutAll(
  cli: Pick<Cli, 'exit'>,
  client: ReelwayClient,
  output: Output,
  plan: BulkPlan,
): Promise<void> {
  const interrupted = onInterrupt();
  const trouble = new AbortController();
  const pace = { rate: plan.rate, atOnce: AT_ONCE, signal: AbortSignal.any([interrupted.signal, trouble.signal]) };
  const counts = new Map<string, number>();
  let done = 0;
  for await (const result of paced(plan.contentIds, pace, (contentId) => carryOut(client, plan, contentId))) {
    done += 1;
    counts.set(result.outcome, (counts.get(result.outcome) ?? 0) + 1);
    if (result.outcome === 'failed') trouble.abort();
    if (result.code !== null) cli.exit(exitCodeOf(result.code));
    output.next(result, (style) => textOf(result, style));
    await output.drained();
  }
  interrupted.close();
  output.say(renderCounts(counts));
  if (done === plan.contentIds.length && !trouble.signal.aborted) return;
  cli.exit(EXIT.failed);
  output.say(
    `stopped after ${String(done)} of ${String(plan.contentIds.length)}; to go on, add --resume ${plan.bulkId}`,
  );
}

async function carryOut(client: ReelwayClient, plan: BulkPlan, contentId: string): Promise<BulkResult> {
  const command = { contentId, reason: plan.reason, commandId: `${plan.bulkId}:${contentId}` };
  const { commandId } = command;
  try {
    const { status } = await plan.verb.send(client, command, plan.flags);
    return { contentId, commandId, outcome: 'done', status, code: null, message: null };
  } catch (thrown) {
    const { code, message } = toReelwayError(thrown);
    const outcome = exitCodeOf(code) === EXIT.unreachable ? 'failed' : 'refused';
    return { contentId, commandId, outcome, status: null, code, message };
  }
}

function textOf({ contentId, outcome, status, code, message }: BulkResult, { red, yellow }: Style): string[] {
  const id = printable(contentId);
  if (outcome === 'done') return [`${id}  ${outcome}  ${status ?? '-'}`];
  const paint = outcome === 'failed' ? red : yellow;
  return [`${id}  ${paint(outcome)}  ${code ?? '-'}: ${printable(message ?? '')}`];
}
