import { readStackFile } from '../../local/stack/stack-file';
import type { Stack, StackInfo } from '../../local/stack/types';
import { TestFailure } from './test-failure';

/** Kept on globalThis between set-up and teardown, which jest runs in one process. */
export interface StartedForTests {
  reelwayTestStack?: { stack: Stack; dir: string };
}

/** Names the stack.json of the servers that tests use. Unset: global-setup starts servers and sets it. */
export const STACK_VARIABLE = 'REELWAY_TEST_STACK';

export function testStack(): StackInfo {
  const path = process.env[STACK_VARIABLE];
  const stack = path === undefined ? undefined : readStackFile(path);
  if (!stack) throw new TestFailure(`${STACK_VARIABLE} names no stack.json; run the tests through jest's projects.`);
  return stack;
}
