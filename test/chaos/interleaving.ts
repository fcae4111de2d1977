import { events, toldAnew, type ServiceEvent } from './service-events';
import type { Random } from './chaos';

/** How an interleaving may differ from the clean stream. topics: events of one topic keep their order; free: nothing does. */
export type Order = 'topics' | 'free';

/** What happens to a content, apart from its id. Times in seconds, all different. */
export interface Scenario {
  flags: number[];
  decisions: { at: number; decision: 'APPROVED' | 'AGE_GATED' | 'EDIT_REQUESTED' }[];
}

const MOST = 3;
const DECISIONS = ['APPROVED', 'APPROVED', 'AGE_GATED', 'EDIT_REQUESTED'] as const;

/** Where a content may stand after its events. */
export const STATUSES = ['PUBLISHED', 'AWAITING_REVIEW', 'AWAITING_CREATOR'] as const;

/** What flags and decisions amount to, said once more and without any order. */
export function statusAfter({ flags, decisions }: Scenario): (typeof STATUSES)[number] {
  const last = decisions.reduce((newest, next) => (next.at > newest.at ? next : newest));
  if (flags.some((at) => at > last.at)) return 'AWAITING_REVIEW';
  return last.decision === 'EDIT_REQUESTED' ? 'AWAITING_CREATOR' : 'PUBLISHED';
}

/** One that ends as wanted: up to two flags, one to three decisions. */
export function randomScenario(random: Random, wanted: (typeof STATUSES)[number] = 'PUBLISHED'): Scenario {
  for (;;) {
    const times = random.shuffle(Array.from({ length: 2 * MOST }, (_, index) => 10 + index));
    const flags = times.slice(0, random.below(MOST));
    const decisions = times
      .slice(MOST, MOST + 1 + random.below(MOST))
      .map((at) => ({ at, decision: DECISIONS[random.below(DECISIONS.length)] ?? 'APPROVED' }));
    if (statusAfter({ flags, decisions }) === wanted) return { flags, decisions };
  }
}

/** In the order in which it happened, each event once. */
export function cleanStream({ flags, decisions }: Scenario, id: string): ServiceEvent[] {
  const moderated = [
    ...flags.map((at) => events.flagged(id, at)),
    ...decisions.map(({ at, decision }) => events.decided(id, at, decision)),
  ];
  return [
    events.upload(id, 1),
    events.transcoded(id, 2),
    ...moderated.sort((a, b) => a.at - b.at),
    events.packaged(id, 90),
  ];
}

/** Of each event: four copies of the very record, and one under an event id of its own. */
const REDELIVERIES = 3;
const copiesOf = (told: ServiceEvent): ServiceEvent[] => [
  ...Array.from({ length: REDELIVERIES + 1 }, () => told),
  toldAnew(told),
];

/**
 * Five copies of each event of the clean stream, in another order. One event without which nothing is published comes
 * last of the first copies: what comes after publication ends otherwise by right, as a flag there opens a review.
 */
export function interleave(clean: ServiceEvent[], order: Order, random: Random): ServiceEvent[] {
  const copies = clean.map(copiesOf);
  const mixed = order === 'free' ? random.shuffle(copies.flat()) : merge(byTopic(copies), random);
  const seals = clean.filter(({ topic }) => !topic.startsWith('moderation.'));
  const seal = seals[random.below(seals.length)] as ServiceEvent;
  return withLast(mixed, seal, random);
}

/** As after a consumer that begins again several times: each topic from its beginning, up to the end. */
function byTopic(copies: ServiceEvent[][]): ServiceEvent[][] {
  const topics = [...new Set(copies.flat().map(({ topic }) => topic))];
  return topics.map((topic) => {
    const ofTopic = copies.filter(([first]) => first?.topic === topic);
    return (ofTopic[0] ?? []).flatMap((_, round) => ofTopic.flatMap((same) => same[round] ?? []));
  });
}

function merge(streams: ServiceEvent[][], random: Random): ServiceEvent[] {
  const left = streams.map((stream) => [...stream]);
  const merged: ServiceEvent[] = [];
  for (;;) {
    const waiting = left.filter((stream) => stream.length > 0);
    const next = waiting[random.below(waiting.length)]?.shift();
    if (!next) return merged;
    merged.push(next);
  }
}

/** The copies of `seal` that stood before the first copy of another event stand behind it; all others stay. */
function withLast(mixed: ServiceEvent[], seal: ServiceEvent, random: Random): ServiceEvent[] {
  const others = mixed.filter(({ topic }) => topic !== seal.topic);
  const facts = new Set(others.map(factOf));
  const lastFirst = Math.max(...[...facts].map((fact) => others.findIndex((one) => factOf(one) === fact)));
  const sealed = [...others];
  for (const copy of mixed.filter(({ topic }) => topic === seal.topic)) {
    sealed.splice(lastFirst + 1 + random.below(sealed.length - lastFirst), 0, copy);
  }
  return sealed;
}

const factOf = ({ topic, at }: ServiceEvent): string => `${topic} ${String(at)}`;
