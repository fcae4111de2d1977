import { createHash } from 'node:crypto';
import { outputPrefix } from '../contracts/model/ids';
import type { WorkPlace } from '../contracts/model/work';
import {
  findEarlierOutput,
  findOutput,
  listOutputs,
  markRemoved,
  recordOutput,
  recordTakenOver,
  type Output,
  type OutputId,
} from '../platform/postgres/outputs';
import { reached } from '../platform/faults';
import type { ActivityDeps } from './deps';

type Stage = OutputId['stage'];

/** Everything that decides the bytes of an output goes in; equal input makes an equal hash. */
export const inputHash = (parts: unknown[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex');

export const outputId = (place: WorkPlace, stage: Stage, variant: string, hash: string): OutputId => ({
  contentId: place.contentId,
  generation: place.generation,
  revision: place.revision,
  stage,
  variant,
  inputHash: hash,
});

/** Where all attempts at a variant write, each below its own token. */
export const variantPrefix = (place: WorkPlace, stage: Stage, variant: string): string =>
  `${outputPrefix(place)}/${stage}/${variant}`;

/** What an earlier attempt recorded, if all of its objects are still there; a record without them is taken back. */
export async function reusable(deps: ActivityDeps, id: OutputId): Promise<Output | null> {
  const found = await findOutput(deps.pool, id);
  if (found === null) return null;
  if (await isPresent(deps, found)) return found;
  await markRemoved(deps.pool, found);
  return null;
}

/** Where it lies, its own keys say: it may have been taken over from an earlier generation. */
async function isPresent({ objects }: ActivityDeps, { keys }: Output): Promise<boolean> {
  const prefixes = new Set(keys.map((key) => key.split('/').slice(0, PREFIX_SEGMENTS).join('/')));
  const present = new Set((await Promise.all([...prefixes].map((prefix) => objects.list(prefix)))).flat());
  return keys.every((key) => present.has(key));
}

/** Of `variantPrefix`: residency, content, generation, revision, stage, variant. */
const PREFIX_SEGMENTS = 6;

/** What an earlier generation made of the same input, recorded as this one's too: then nobody collects it under it. */
export async function takenOver(deps: ActivityDeps, id: OutputId): Promise<Output | null> {
  const earlier = await findEarlierOutput(deps.pool, id);
  if (earlier === null || !(await isPresent(deps, earlier))) return null;
  return recordTakenOver(deps.pool, earlier, id);
}

/**
 * Records what this attempt stored, and returns the record that stands: the first. Whatever else lies below the variant's
 * prefix, our own objects included where another attempt was first, belongs to nobody and goes.
 */
export async function recordFirst(deps: ActivityDeps, place: WorkPlace, output: Output): Promise<Output> {
  const standing = await recordOutput(deps.pool, output);
  await reached(`${output.stage}.after-record`);
  const recorded = (await listOutputs(deps.pool, output)).flatMap(({ keys }) => keys);
  await deps.objects.clear(variantPrefix(place, output.stage, output.variant), new Set(recorded));
  return standing;
}
