import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reportTo, startStack, type Stack } from '../../local/stack';
import { STACK_VARIABLE } from '../support/stack';
import type { BenchOptions } from './bench';

const INTERRUPTED = 130;

/**
 * Servers of a bench's own, in a folder that goes with it; those that the environment names are used instead. The worlds
 * of test/support find them too.
 */
export async function withStack<T>({ say }: BenchOptions, work: (stack: Stack) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'reelway-bench-'));
  // The stack tells its servers to stop while the process exits.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(INTERRUPTED));
  say('starts the servers');
  const stack = await startStack({ dir, progress: reportTo() });
  process.env[STACK_VARIABLE] = stack.stackFile;
  try {
    return await work(stack);
  } finally {
    await stack.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}
