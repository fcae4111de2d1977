import { BRIDGE_TOPICS } from '../../contracts/model/topics';
import { deadLetters, runsOf } from '../integration/bridge/events';
import { eventually } from '../support/eventually';
import { expectInvariants } from '../support/invariants';
import type { World } from '../support/world';
import type { LoadEvent } from './load';

/** Histories read at the same time. */
const AT_ONCE = 8;
/** A worker on two busy cores, with a few hundred contents at once. */
const ANSWERED_WITHIN_MS = 300_000;

/** Records of the bridge's group that are committed, over all topics it reads. */
export async function committedRecords(world: World): Promise<number> {
  const { groupId } = world.config.kafka;
  const all = await Promise.all(BRIDGE_TOPICS.map((topic) => world.kafka.lag(groupId, topic)));
  return all.flat().reduce((sum, { committed }) => sum + Number(committed ?? 0), 0);
}

/** Events by what became of them; `open` where nothing has. */
export async function outcomes(world: World): Promise<Record<string, number>> {
  const { rows } = await world.pool.query<{ outcome: string; count: number }>(
    `SELECT coalesce(outcome, 'open') AS outcome, count(*)::int AS count FROM event_ids GROUP BY 1 ORDER BY 1`,
  );
  return Object.fromEntries(rows.map(({ outcome, count }) => [outcome, count]));
}

export const allDelivered = (world: World, events: LoadEvent[], withinMs: number): Promise<unknown> =>
  eventually(
    `all ${String(events.length)} events are delivered`,
    async () => (await outcomes(world))['delivered'] === events.length,
    withinMs,
  );

/**
 * Each event once in the one run of its content, those of a content in the order of sending; none dead. A signal that
 * timed out may have been taken, so a fact may stand in the history again: under the same row id, by which the run drops
 * it. Returns how often that was.
 */
export async function expectEachOnce(world: World, events: LoadEvent[]): Promise<number> {
  const contents = byContent(events);
  let again = 0;
  for (let from = 0; from < contents.length; from += AT_ONCE) {
    const counted = await Promise.all(
      contents.slice(from, from + AT_ONCE).map(([id, sent]) => expectInRun(world, id, sent)),
    );
    again += counted.reduce((sum, count) => sum + count, 0);
  }
  expect(await deadLetters(world)).toEqual([]);
  return again;
}

function byContent(events: LoadEvent[]): [string, LoadEvent[]][] {
  const contents = new Map<string, LoadEvent[]>();
  for (const event of events) contents.set(event.contentId, [...(contents.get(event.contentId) ?? []), event]);
  return [...contents];
}

async function expectInRun(world: World, contentId: string, sent: LoadEvent[]): Promise<number> {
  const runs = await runsOf(world, contentId);
  expect([contentId, runs.length]).toEqual([contentId, 1]);
  const facts = runs.flatMap((run) => run.signals.flat());
  const rows = new Map<string, string>();
  for (const { row, eventId } of facts) {
    expect([row, rows.get(row) ?? eventId]).toEqual([row, eventId]);
    if (!rows.has(row)) rows.set(row, eventId);
  }
  const numbers = new Map(sent.map((event) => [event.eventId, event.number]));
  const seen = [...rows.values()].map((eventId) => numbers.get(eventId));
  // Between two topics there is no order: the upload may come at any place.
  expect([contentId, seen.filter((number) => number !== 0)]).toEqual([
    contentId,
    sent.map((event) => event.number).filter((number) => number !== 0),
  ]);
  expect([contentId, seen.length]).toEqual([contentId, sent.length]);
  return facts.length - rows.size;
}

/** Executors by which the events of a load are what their runs wait for: no worker does media work. */
export const SERVICES = {
  REELWAY_TRANSCODE_EXECUTOR: 'service',
  REELWAY_MODERATE_EXECUTOR: 'service',
  REELWAY_PACKAGE_EXECUTOR: 'service',
  REELWAY_SILENCE: 'review',
};

/** A worker takes the runs on: each event gets its last word, and all ten invariants hold. Returns the words. */
export async function expectTakenOn(world: World): Promise<Record<string, number>> {
  await world.spawnReelway(['worker']);
  const words = await eventually(
    'every event has its last word',
    async () => {
      const seen = await outcomes(world);
      return !('open' in seen) && !('delivered' in seen) && seen;
    },
    ANSWERED_WITHIN_MS,
  );
  await expectInvariants(world);
  return words;
}
