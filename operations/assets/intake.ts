import { ReelwayError } from '../../contracts/model/errors';
import { createMicroBatcher } from '../../platform/micro-batcher';
import { toReelwayError } from '../../platform/errors';
import { assetEventId } from '../../platform/events/identity';
import { insertAssetFacts, type NewAssetFact } from '../../platform/postgres/asset-facts';
import { unmarkManifestMissing } from '../../platform/postgres/assets';
import { quarantineRecords } from '../../platform/postgres/dead-letters';
import { INBOX_CONSUMER } from '../../platform/postgres/event-ids';
import { inTransactionAgain, type Pool, type PoolClient } from '../../platform/postgres/pool';
import { acceptAssets, type AssetResult, type AssetUpdate } from './accept';
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

async function acceptAll(db: PoolClient, updates: AssetUpdate[]): Promise<AssetResult[]> {
  const results = await acceptAssets(db, updates, { mustBeKnown: true });
  const facts: NewAssetFact[] = [];
  const restored: string[] = [];
  const incomplete: ReturnType<typeof incompleteLetter>[] = [];
  for (const [index, result] of results.entries()) {
    const update = updates[index];
    if (!update) continue;
    if (result.is === 'incomplete') incomplete.push(incompleteLetter(update, result.missing));
    if (result.is !== 'applied') continue;
    if (result.isRestored) restored.push(update.episodeId);
    facts.push(toFact(update, result));
  }
  await insertAssetFacts(db, facts);
  await unmarkManifestMissing(db, restored);
  await quarantineRecords(db, INBOX_CONSUMER, incomplete);
  return results;
}

function toFact(
  { episodeId, at, raw }: AssetUpdate,
  { version, bodyHash, fact }: Extract<AssetResult, { is: 'applied' }>,
): NewAssetFact {
  const eventId = assetEventId({ episodeId, version, bodyHash: bodyHash.toString('hex') });
  return { episodeId, eventId, bodyHash, at, raw, fact: { ...fact, eventId } };
}
