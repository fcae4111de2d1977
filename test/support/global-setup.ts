import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack } from '../../local/stack/start';
import { STACK_VARIABLE, type StartedForTests } from './stack';

/** Real servers for all integration and end-to-end tests of this run; those of REELWAY_TEST_STACK where it is set. */
async function globalSetup(): Promise<void> {
  if (process.env[STACK_VARIABLE]) return;
  const dir = mkdtempSync(join(tmpdir(), 'reelway-test-stack-'));
  const stack = await startStack({ dir, useEnvironment: false });
  (globalThis as StartedForTests).reelwayTestStack = { stack, dir };
  process.env[STACK_VARIABLE] = stack.stackFile;
}

export = globalSetup;
