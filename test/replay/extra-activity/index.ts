import { proxyActivities } from '@temporalio/workflow';
import type { LifecycleInput, LifecycleResult } from '../../../workflows/messages';
import { contentLifecycle as committed } from '../../../workflows/content-lifecycle';

const { uninvited } = proxyActivities<{ uninvited(): Promise<void> }>({ startToCloseTimeout: '1 minute' });

/** The lifecycle with one activity more than the stored histories have: what a careless change looks like. */
export async function contentLifecycle(input: LifecycleInput): Promise<LifecycleResult> {
  void uninvited();
  return committed(input);
}
