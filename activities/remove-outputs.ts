import { outputPrefix } from '../contracts/model/ids';
import type { RemoveOutputsInput, RemoveOutputsResult } from '../contracts/model/work';
import { reached } from '../platform/faults';
import { listOutputs, markRemoved } from '../platform/postgres/outputs';
import { guardResidency, type Attempt } from './attempt';
import type { ActivityDeps } from './deps';

/** As long as a folder of many thousand segments takes to remove. */
const LONGEST_MS = 600_000;

/**
 * Removes everything that a stage has written for this upload, recorded or not; then the records say so. Objects go
 * first: a repeat after a crash finds the records and does the rest.
 */
export async function removeOutputs(
  deps: ActivityDeps,
  attempt: Attempt,
  { place, stage }: RemoveOutputsInput,
): Promise<RemoveOutputsResult> {
  guardResidency(deps, place.residency);
  const outputs = await listOutputs(deps.pool, { ...place, stage });
  const removed = await attempt.pulse({ percent: 0, label: stage }, LONGEST_MS, () =>
    deps.objects.clear(`${outputPrefix(place)}/${stage}`),
  );
  await reached('remove.after-objects');
  for (const output of outputs) await markRemoved(deps.pool, output);
  return { removed };
}
