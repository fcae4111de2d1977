import { ReelwayError } from '../../contracts/model/errors';
import { ASSET_TOPIC, keepIdentityMs } from '../../contracts/model/topics';
import { createMicroBatcher } from '../../platform/micro-batcher';
import { toReelwayError } from '../../platform/errors';
import { assetEventId } from '../../platform/events/identity';
import { unmarkManifestMissing } from '../../platform/postgres/assets';
import { quarantineRecords } from '../../platform/postgres/dead-letters';
import { INBOX_CONSUMER, insertIdentities } from '../../platform/postgres/event-ids';
import { insertInboxRows, reserveRowIds, type NewInboxRow } from '../../platform/postgres/inbox';
import { wakeKeys } from '../../platform/postgres/inbox-keys';
import { inTransactionAgain, type Pool, type PoolClient } from '../../platform/postgres/pool';
import { acceptAssets, type AssetFactOf, type AssetResult, type AssetUpdate } from './accept';
import { incompleteLetter, whatIsMissing } from './incomplete';

export type AssetAnswer = 'applied' | 'unchanged' | 'late';

/** Updates of media assets that come one by one. */
export interface AssetIntake {
  /**
   * Resolves once it is durable. Throws CONTENT_NOT_FOUND, and FAILED_PRECONDITION after what lacks something was kept
   * for a person; SERVICE_UNREACHABLE where Postgres is away, and then nothing is known of it.
   */
  accept(update: AssetUpdate): Promise<AssetAnswer>;
}

/** Seconds of work; their senders would have given up. */
const MOST_WAITING = 2_000;
/** A body may be 1 MiB: 2,000 of them would be the memory of the process. Usual ones are 1 KiB and never come near. */
const MOST_WAITING_BYTES = 64 * 1024 * 1024;
/** While Postgres works on one transaction, the next is made ready; which of them is first does not matter. */
const AT_ONCE = 2;

/** Those that come at the same time share a transaction, so that many cost few round trips. */
export function createAssetIntake(pool: Pool): AssetIntake {
  const take = (updates: AssetUpdate[]): Promise<AssetResult[]> =>
    inTransactionAgain(pool, (db) => acceptAll(db, updates)).catch((error: unknown) => {
      throw toReelwayError(error);
    });
  const batcher = createMicroBatcher(take, {
    bytesOf: ({ raw }) => raw.byteLength,
    mostWaiting: MOST_WAITING,
    mostWaitingBytes: MOST_WAITING_BYTES,
    atOnce: AT_ONCE,
  });
  return {
    accept: async (update) => {
      const [result] = await batcher.add([update]);
      return answerOf(update, result);
    },
  };
}

function answerOf({ episodeId }: AssetUpdate, result: AssetResult | undefined): AssetAnswer {
  switch (result?.is) {
    case 'applied':
    case 'unchanged':
      return result.is;
    case 'conflict':
      return 'late';
    case 'incomplete':
      throw new ReelwayError('FAILED_PRECONDITION', `Episode ${episodeId} is ${whatIsMissing(result.missing)}.`, {
        hint: 'It is kept in quarantine. Send it again with what is missing, or have an operator complete it.',
      });
    case 'unknown':
    case undefined:
      throw new ReelwayError('CONTENT_NOT_FOUND', `There is no episode ${episodeId}.`, {
        hint: 'Register the content first: PUT /internal/catalog/contents/ID',
      });
  }
}

interface NewFact {
  update: AssetUpdate;
  eventId: string;
  bodyHash: Buffer;
  fact: AssetFactOf;
}

async function acceptAll(db: PoolClient, updates: AssetUpdate[]): Promise<AssetResult[]> {
  const results = await acceptAssets(db, updates, { mustBeKnown: true });
  const facts: NewFact[] = [];
  const ready: string[] = [];
  const incomplete: ReturnType<typeof incompleteLetter>[] = [];
  for (const [index, result] of results.entries()) {
    const update = updates[index];
    if (!update) continue;
    if (result.is === 'incomplete') incomplete.push(incompleteLetter(update, result.missing));
    if (result.is !== 'applied') continue;
    if (update.body.status === 'READY') ready.push(update.episodeId);
    facts.push({ update, ...factFor(update, result), fact: result.fact });
  }
  await insertFacts(db, facts, () => unmarkManifestMissing(db, ready));
  await quarantineRecords(db, INBOX_CONSUMER, incomplete);
  return results;
}

function factFor({ episodeId }: AssetUpdate, { version, bodyHash }: Extract<AssetResult, { is: 'applied' }>) {
  return { bodyHash, eventId: assetEventId({ episodeId, version, bodyHash: bodyHash.toString('hex') }) };
}

/** In the order of locks of the bridge's intake: identities, keys, contents, rows. */
async function insertFacts(db: PoolClient, facts: NewFact[], contents: () => Promise<void>): Promise<void> {
  if (facts.length === 0) return contents();
  const rowIds = await reserveRowIds(db, facts.length);
  const rows = facts.map((one, index) => ({ ...toRow(one, rowIds[index] ?? ''), bodyHash: one.bodyHash }));
  await insertIdentities(
    db,
    INBOX_CONSUMER,
    rows.map(({ rowId, orderingKey, fact, bodyHash }) => ({
      ...{ rowId, topic: ASSET_TOPIC, eventId: fact.eventId, contentId: orderingKey, outcome: null },
      ...{ payloadHash: bodyHash, fingerprint: bodyHash.toString('hex'), keepMs: keepIdentityMs(ASSET_TOPIC) },
    })),
  );
  await wakeKeys(db, [...new Set(rows.map(({ orderingKey }) => orderingKey))]);
  await contents();
  await insertInboxRows(db, rows);
}

/** It never stood on a topic: it has no partition. */
const toRow = ({ update, eventId, fact }: NewFact, rowId: string): NewInboxRow => ({
  ...{ rowId, orderingKey: update.episodeId, topic: ASSET_TOPIC, partition: -1, offset: rowId },
  ...{ recordKey: Buffer.from(update.episodeId), headers: {}, recordMs: Math.round(update.at) },
  fact: { ...fact, eventId },
  raw: update.raw,
});
