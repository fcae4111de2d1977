import { TypedSearchAttributes } from '@temporalio/common';
import { ATTRIBUTES } from '../../../contracts/model/search-attributes';
import { LIFECYCLE_QUEUE } from '../../../contracts/model/work';
import { workflowIdOf } from '../../../contracts/model/ids';
import { DEFAULT_POLICY } from '../../../contracts/model/policy';
import { factsSignal, LIFECYCLE_WORKFLOW } from '../../../workflows/messages';
import { uploadFact } from '../../support/facts';
import type { World } from '../../support/world';
import { bareSignals, type BareEvent } from '../baseline/bare-signals';
import type { Registry } from '../../../platform/metrics';
import { deliveredBy, produce, transcodedOf, until, uploadOf, type Event } from './setting';

const MS = 1_000;

/** Events per second from Kafka to the accepted signal: they are sent now, and all of them are waited for. */
export async function deliver(world: World, registry: Registry, events: Event[]): Promise<number> {
  const target = (await deliveredBy(registry)) + events.length;
  const began = performance.now();
  await produce(world, events);
  await until(async () => (await deliveredBy(registry)) >= target);
  return events.length / ((performance.now() - began) / MS);
}

export const uploads = (prefix: string, count: number): Event[] =>
  Array.from({ length: count }, (_, index) => uploadOf(`${prefix}-${String(index)}`));

/** Of each content its upload and then facts of the same topic, as a backlog of many contents lies in the log. */
export const backlog = (prefix: string, contents: number, each: number): Event[] =>
  Array.from({ length: each }, (_, round) =>
    Array.from({ length: contents }, (_ignored, index) => {
      const id = `${prefix}-${String(index)}`;
      return round === 0 ? uploadOf(id) : transcodedOf(id, round);
    }),
  ).flat();

/** Events per second of the loop without a bridge. plain: without what people see of a run. */
export async function bare(
  world: World,
  prefix: string,
  count: number,
  atOnce: number,
  { plain = false } = {},
): Promise<number> {
  const events = Array.from({ length: count }, (_, index) => bareEvent(`${prefix}-${String(index)}`, plain));
  const began = performance.now();
  await bareSignals(world.temporal.client, events, atOnce);
  return count / ((performance.now() - began) / MS);
}

const bareEvent = (contentId: string, plain: boolean): BareEvent => ({
  workflowId: workflowIdOf(contentId),
  workflowType: LIFECYCLE_WORKFLOW,
  taskQueue: LIFECYCLE_QUEUE,
  input: { contentId, generation: 1, policy: DEFAULT_POLICY },
  signal: factsSignal.name,
  fact: uploadFact(),
  shown: plain ? {} : shownOf(contentId),
});

/** The same attributes and texts as the bridge gives a start. */
const shownOf = (contentId: string): BareEvent['shown'] => ({
  typedSearchAttributes: new TypedSearchAttributes([
    { key: ATTRIBUTES.stage, value: 'upload' },
    { key: ATTRIBUTES.status, value: 'RUNNING' },
    { key: ATTRIBUTES.creatorId, value: `creator-${contentId}` },
    { key: ATTRIBUTES.residency, value: 'GLOBAL' },
    { key: ATTRIBUTES.contentType, value: 'VIDEO' },
    { key: ATTRIBUTES.attention, value: false },
    { key: ATTRIBUTES.generation, value: 1 },
    { key: ATTRIBUTES.deadline, value: new Date() },
  ]),
  staticSummary: `VIDEO of creator-${contentId}, GLOBAL`,
  staticDetails: `Upload session session-${contentId}, generation 1`,
});

const TRIED = [16, 32, 64, 128];

/** Signals at once with which the bare loop is quickest here. */
export async function bestAtOnce(world: World, count: number): Promise<number> {
  let best = { atOnce: 0, rate: 0 };
  for (const atOnce of TRIED) {
    const rate = await bare(world, `tried-${String(atOnce)}`, count, atOnce);
    if (rate > best.rate) best = { atOnce, rate };
  }
  return best.atOnce;
}
