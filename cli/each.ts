import type { Cli } from './cli';
import { EXIT, type ExitCode } from './exit';
import { onInterrupt } from './interrupt';
import type { Output } from './output';
import { renderCounts } from './render/counts';
import type { Style } from './render/text';

interface Result {
  outcome: string;
}

interface Each<R extends Result> {
  text: (result: R, style: Style) => string[];
  /** What it is called where the command stops after it. */
  name: (result: R) => string;
  exit: (result: R) => ExitCode;
}

/** A line per result as it is done. Ctrl-C lets the one in hand be finished; what is left is there for the next time. */
export async function forEachResult<R extends Result>(
  cli: Pick<Cli, 'exit'>,
  output: Pick<Output, 'next' | 'say' | 'drained'>,
  results: AsyncIterable<R>,
  { text, name, exit }: Each<R>,
): Promise<void> {
  const counts = new Map<string, number>();
  const interrupted = onInterrupt();
  try {
    for await (const result of results) {
      counts.set(result.outcome, (counts.get(result.outcome) ?? 0) + 1);
      cli.exit(exit(result));
      output.next(result, (style) => text(result, style));
      await output.drained();
      if (interrupted.signal.aborted) {
        output.say(`stopped after ${name(result)}; the same command goes on with the rest`);
        cli.exit(EXIT.failed);
        break;
      }
    }
  } finally {
    interrupted.close();
  }
  output.say(renderCounts(counts));
}
