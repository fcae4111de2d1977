import type { ReelwayError } from '../../contracts/model/errors';

/** What a shell reports for a program that Ctrl-C ended. */
export const INTERRUPTED = 130;

export interface EndOfWork {
  /** Resolves with the first signal, rejects with what was given to `fail`. */
  readonly reached: Promise<void>;
  /** From here on a signal ends the work in an orderly way. */
  started(): void;
  fail(error: ReelwayError): void;
}

/**
 * Ends with the first signal, or with the death of a server. A signal while the servers start ends the process at once:
 * they are told to stop on its way out. Further signals change nothing, since Ctrl-C may come once directly and once
 * passed on by npm.
 */
export function endOfWork(): EndOfWork {
  let up = false;
  let settle: { resolve: () => void; reject: (error: ReelwayError) => void } | undefined;
  const reached = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  reached.catch(() => undefined); // awaited only once the stack is up
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => (up ? settle?.resolve() : process.exit(INTERRUPTED)));
  }
  return { reached, started: () => void (up = true), fail: (error) => settle?.reject(error) };
}
