import { ReelwayError } from '../contracts/model/errors';
import { contentPrefix } from '../contracts/model/ids';
import type { ObjectStore } from '../contracts/model/ports';
import { openFilesystemObjects } from '../platform/objects/filesystem';
import { writeAudit } from '../platform/postgres/audit';
import { lockContent } from '../platform/postgres/contents';
import { inTransaction } from '../platform/postgres/pool';
import { recordedObjects, type RecordedObjects } from '../platform/postgres/recorded-objects';
import type { OperationsDeps } from './deps';
import type { Difference } from './reconcile';

type Deps = Pick<OperationsDeps, 'pool' | 'config'>;

const PAGE = 500;

/**
 * Compares what records name with what the object store of this machine has, of contents that have been finished for the
 * grace time of gc, in the residencies that this machine may touch. With `fix`, objects that no record names are removed:
 * a writer was killed between storing and recording. A recorded object that is missing is told alone. Throws CONFIG_INVALID
 * where the store has none of what is recorded.
 */
export async function compareObjects(
  deps: Deps,
  { actor, fix }: { actor: string; fix: boolean },
): Promise<Difference[]> {
  const { pool, config } = deps;
  const objects = await openFilesystemObjects(config.objects);
  const { residencies } = config.worker;
  const found: Difference[] = [];
  let [recorded, present] = [0, 0];
  for (let after = ''; ;) {
    const page = await recordedObjects(pool, { residencies, graceMs: config.gcGraceMs, after, limit: PAGE });
    for (const content of page) {
      const { missing, orphaned } = await compare(objects, content);
      recorded += content.keys.length;
      present += content.keys.length - missing.length;
      found.push(...toDifferences(content, missing, orphaned));
    }
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.contentId;
  }
  if (recorded > 0 && present === 0) throw elsewhere();
  if (!fix) return found;
  const repaired: Difference[] = [];
  for (const one of found) {
    if (one.kind !== 'object-orphaned') repaired.push(one);
    else repaired.push(await removeOrphans(deps, objects, actor, one));
  }
  return repaired;
}

/** Below the prefix of a content, where activities of ours write; raw objects and what services make lie elsewhere. */
const OURS = /^[^/]+\/[^/]+\/g\d+\/r\d+\/(transcode|package)\//;

async function compare(objects: ObjectStore, { keys, leaving, named, ...content }: RecordedObjects) {
  const listed = new Set(await objects.list(contentPrefix(content)));
  const known = new Set([...keys, ...leaving]);
  // A set that a service has made has no record of ours: nothing beside it is ours to judge.
  const isAllOurs = named.every((key) => known.has(key));
  return {
    missing: keys.filter((key) => !listed.has(key)),
    orphaned: isAllOurs ? [...listed].filter((key) => OURS.test(key) && !known.has(key)) : [],
  };
}

function toDifferences({ contentId, status }: RecordedObjects, missing: string[], orphaned: string[]): Difference[] {
  const of = (kind: Difference['kind'], keys: string[]): Difference[] =>
    keys.length === 0 ? [] : [{ contentId, kind, status, run: null, marked: false, keys }];
  return [...of('object-missing', missing), ...of('object-orphaned', orphaned)];
}

/** Under the lock of the content, and by its records as they are then: no generation begins meanwhile. */
async function removeOrphans(
  { pool, config }: Deps,
  objects: ObjectStore,
  actor: string,
  one: Difference,
): Promise<Difference> {
  const { contentId } = one;
  return inTransaction(pool, async (db) => {
    await lockContent(db, contentId);
    const { residencies } = config.worker;
    const query = { residencies, graceMs: config.gcGraceMs, after: '', limit: 1, contentId };
    const [content] = await recordedObjects(db, query);
    const keys = content ? (await compare(objects, content)).orphaned : [];
    if (keys.length === 0) return one;
    const reason = 'no record names these objects';
    await writeAudit(db, {
      commandId: null,
      contentId,
      actor,
      verb: 'reconcile',
      reason,
      args: { objects: keys.length },
    });
    for (const key of keys) await objects.remove(key);
    return { ...one, keys, marked: true };
  });
}

const elsewhere = (): ReelwayError =>
  new ReelwayError('CONFIG_INVALID', 'The object store here has none of the objects that are recorded.', {
    hint: 'Run it where the objects are: see REELWAY_OBJECTS_ROOT.',
  });
