import { patched, sleep } from '@temporalio/workflow';
import { contentLifecycle as first } from '../../../../workflows/content-lifecycle';
import type { LifecycleInput, LifecycleResult } from '../../../../workflows/messages';

/** The lifecycle with one timer more, for runs that begin with it: what a careful change looks like. */
export async function contentLifecycle(input: LifecycleInput): Promise<LifecycleResult> {
  if (patched('a-timer-first')) await sleep(1);
  return first(input);
}
