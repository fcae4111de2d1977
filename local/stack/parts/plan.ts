import type { GivenServers } from '../environment';
import { missingTools, toolMissing } from '../tools/build-tools';
import type { Part } from '../types';
import { clipsPart, mediaPart } from './files';
import { kafkaPart } from './kafka';
import type { PartPlan } from './part';
import { postgresPart } from './postgres';
import { redisPart } from './redis';
import { temporalPart } from './temporal';

const MAKE: Record<Part, () => PartPlan | Promise<PartPlan>> = {
  temporal: temporalPart,
  kafka: kafkaPart,
  postgres: postgresPart,
  redis: redisPart,
  media: mediaPart,
  clips: clipsPart,
};

/** The parts to bring up, less those that somebody else runs. */
export async function planParts(parts: Iterable<Part>, given: GivenServers): Promise<PartPlan[]> {
  const ours = [...parts].filter((part) => !(part in given));
  const plans = await Promise.all(ours.map(async (part) => await MAKE[part]()));
  await checkNeeds(plans);
  return plans;
}

/** One error names all that is missing, before anything is fetched. For a missing Go alone there is another way. */
export async function checkNeeds(plans: readonly PartPlan[]): Promise<void> {
  const missing = await missingTools(plans.flatMap((plan) => plan.needs));
  if (missing.some((tool) => tool !== 'go')) throw toolMissing(missing);
}

/** Lets all work end before the first failure is thrown: nothing goes on behind the caller's back. */
export async function allOrFirstFailure<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const ends = await Promise.allSettled(work);
  return ends.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  });
}
