import { recordTime } from '../../contracts/model/record-time';
import { ASSET_TOPIC } from '../../contracts/model/topics';
import type { AssetBody } from '../../contracts/schema/http';
import { acceptAssets, type AssetFactOf, type AssetResult, type AssetUpdate } from '../../operations/assets/accept';
import { incompleteLetter } from '../../operations/assets/incomplete';
import { keptHeaders, type NewDeadLetter } from '../../platform/postgres/dead-letters';
import type { KnownOutcome } from '../../platform/postgres/event-ids';
import type { NewInboxRow } from '../../platform/postgres/inbox';
import type { PoolClient } from '../../platform/postgres/pool';
import type { NewObserved } from './identify';

/** What follows from updates of media assets, still to be written. */
export interface TakenAssets {
  /** Facts for the runs of their contents. */
  rows: NewInboxRow[];
  outcomes: KnownOutcome[];
  /** READY without what it must have: for a person to complete. */
  incomplete: NewDeadLetter[];
  /** Episodes that have the manifest again which viewers missed. */
  restored: string[];
}

/** Updates of media assets among the events, through the same operation as over HTTP. */
export async function takeAssets(db: PoolClient, observed: NewObserved[]): Promise<TakenAssets> {
  const taken: TakenAssets = { rows: [], outcomes: [], incomplete: [], restored: [] };
  const events = observed.filter(({ topic }) => topic === ASSET_TOPIC);
  if (events.length === 0) return taken;
  const updates = events.map(toUpdate);
  const results = await acceptAssets(db, updates, { mustBeKnown: false });
  for (const [index, event] of events.entries()) {
    const update = updates[index];
    const result = results[index];
    if (update && result) add(taken, event, update, result);
  }
  return taken;
}

function toUpdate({ payload, at, record }: NewObserved): AssetUpdate {
  const body = payload as AssetBody & { episodeId: string };
  return { episodeId: body.episodeId, body, at, raw: record.value ?? Buffer.alloc(0) };
}

function add(taken: TakenAssets, event: NewObserved, update: AssetUpdate, result: AssetResult): void {
  const outcome = (known: KnownOutcome['outcome'], code: KnownOutcome['code'] = null): void => {
    taken.outcomes.push({ rowId: event.rowId, contentId: update.episodeId, outcome: known, code });
  };
  switch (result.is) {
    case 'applied':
      taken.rows.push(toRow(event, update, result.fact));
      if (result.isRestored) taken.restored.push(update.episodeId);
      outcome(null);
      return;
    case 'incomplete':
      taken.incomplete.push(incompleteLetter(update, result.missing));
      outcome('dead', 'FAILED_PRECONDITION');
      return;
    case 'conflict':
      outcome('late', 'OLDER_UPDATE');
      return;
    case 'unchanged':
    case 'unknown':
      outcome('duplicate', 'SAME_FACT');
  }
}

const toRow = (
  { rowId, eventId, topic, record }: NewObserved,
  { episodeId, raw }: AssetUpdate,
  fact: AssetFactOf,
): NewInboxRow => ({
  ...{ rowId, topic, orderingKey: episodeId },
  ...{ partition: record.partition, offset: record.offset, recordKey: record.key },
  headers: keptHeaders(record.headers),
  recordMs: recordTime(record.timestamp),
  fact: { ...fact, eventId },
  raw,
});
