import { ReelwayError } from '../contracts/model/errors';
import { contentPrefix } from '../contracts/model/ids';
import type { ObjectStore } from '../contracts/model/ports';
import { reached } from '../platform/faults';
import { openFilesystemObjects } from '../platform/objects/filesystem';
import { writeAudit } from '../platform/postgres/audit';
import { collectable, markCollected, markEmptied, type Collectable } from '../platform/postgres/collectable';
import { lockContent } from '../platform/postgres/contents';
import { inTransaction, type Pool } from '../platform/postgres/pool';
import type { OperationsDeps } from './deps';

/** An output that nobody needs. Its keys are part of the command line's contract. */
export interface Collected {
  contentId: string;
  generation: number;
  revision: number;
  stage: 'transcode' | 'package';
  variant: string;
  objects: number;
  bytes: number;
  /** found: it would be removed. kept: it came into use meanwhile. */
  outcome: 'found' | 'removed' | 'kept';
}

export interface GcInput {
  actor: string;
  /** Really remove; otherwise only tell. */
  remove: boolean;
}

type Deps = Pick<OperationsDeps, 'pool' | 'config' | 'log'>;

const CONTENTS_AT_ONCE = 100;

/**
 * Registered outputs of finished contents that are neither live nor needed to make them so again, and have not been for
 * the grace time: sets that were replaced, renditions of no set, what runs that were removed had begun. Only of residencies
 * that this machine may touch. Marked first and removed then, so that nothing begins to use what is going. Throws
 * CONFIG_INVALID where the store of this machine does not have them.
 */
export async function* gc(deps: Deps, input: GcInput): AsyncGenerator<Collected> {
  const { pool, config } = deps;
  const { residencies } = config.worker;
  const objects = input.remove ? await openFilesystemObjects(config.objects) : null;
  for (let after = ''; ;) {
    const page = { residencies, graceMs: config.gcGraceMs, after, limit: CONTENTS_AT_ONCE };
    const found = await collectable(pool, page);
    for (const one of found) yield toCollected(one, objects ? await collect(deps, objects, input.actor, one) : 'found');
    const last = found.at(-1);
    if (last === undefined) return;
    after = last.contentId;
  }
}

const toCollected = (one: Collectable, outcome: Collected['outcome']): Collected => {
  const { contentId, generation, revision, stage, variant, keys, bytes } = one;
  return { contentId, generation, revision, stage, variant, objects: keys.length, bytes, outcome };
};

async function collect(
  { pool, config, log }: Deps,
  objects: ObjectStore,
  actor: string,
  one: Collectable,
): Promise<Collected['outcome']> {
  refuseForeign(one);
  if (!one.isMarked) await refuseElsewhere(objects, one);
  const keys = await mark(pool, config.gcGraceMs, actor, one);
  if (keys === null) return 'kept';
  await reached('gc.after-mark');
  for (const key of keys) await objects.remove(key);
  await markEmptied(pool, one);
  log.info({ contentId: one.contentId, stage: one.stage, variant: one.variant, objects: keys.length }, 'collected');
  return 'removed';
}

/** Whatever a record says: no object of another content or residency is touched. */
function refuseForeign({ contentId, residency, keys }: Collectable): void {
  const prefix = `${contentPrefix({ residency, contentId })}/`;
  const foreign = keys.find((key) => !key.startsWith(prefix));
  if (foreign === undefined) return;
  throw new ReelwayError('INTERNAL', `An output of ${contentId} names ${foreign}, which is not below ${prefix}.`);
}

/** An empty store would be told as cleaned, and what lies in the real one would be forgotten. */
async function refuseElsewhere(objects: ObjectStore, { contentId, keys }: Collectable): Promise<void> {
  const [first] = keys;
  if (first === undefined || (await objects.stat(first)) !== null) return;
  throw new ReelwayError('CONFIG_INVALID', `The object store here does not have ${first} of ${contentId}.`, {
    hint: 'Run it where the objects are: see REELWAY_OBJECTS_ROOT.',
  });
}

async function mark(pool: Pool, graceMs: number, actor: string, one: Collectable): Promise<string[] | null> {
  return inTransaction(pool, async (db) => {
    await lockContent(db, one.contentId);
    const keys = await markCollected(db, one, graceMs);
    if (keys === null || one.isMarked) return keys;
    const { contentId, generation, revision, stage, variant, bytes } = one;
    const args = { generation, revision, stage, variant, bytes };
    await writeAudit(db, { commandId: null, contentId, actor, verb: 'gc', reason: 'nobody needs it', args });
    return keys;
  });
}
