import { ReelwayError, type ErrorCode } from '../contracts/model/errors';
import { contentRecord, type ContentRecordInput } from '../contracts/schema/record';
import { writeAudit } from '../platform/postgres/audit';
import {
  insertDraft,
  lockContent,
  readContent,
  replaceRecord,
  type ContentRecord,
  type ContentRow,
} from '../platform/postgres/contents';
import { inTransaction, type Queryable } from '../platform/postgres/pool';
import type { OperationsDeps } from './deps';
import { parseInput } from './input';

export interface RegisterResult {
  content: ContentRow;
  /** unchanged: the very same record stood there already, and metadata_version stays. */
  outcome: 'created' | 'changed' | 'unchanged';
}

/**
 * Writes the record of a content: a draft, or new metadata for one that is not published yet (raises metadata_version).
 * Throws INPUT_INVALID, ALREADY_FINISHED, RECORD_FIXED.
 */
export async function register(
  deps: Pick<OperationsDeps, 'pool'>,
  actor: string,
  input: ContentRecordInput,
): Promise<RegisterResult> {
  const record = parseInput(contentRecord, input);
  return inTransaction(deps.pool, async (client) => {
    await audit(client, actor, record);
    const created = await insertDraft(client, record);
    const outcome = created ? 'created' : await change(client, record);
    const content = await readContent(client, record.contentId);
    if (!content)
      throw new ReelwayError('INTERNAL', `The record of ${record.contentId} vanished while it was written.`);
    return { content, outcome };
  });
}

async function audit(client: Queryable, actor: string, record: ContentRecord): Promise<void> {
  const { contentId, creatorId, title, contentType, residency } = record;
  const args = { creatorId, title, contentType, residency };
  await writeAudit(client, { commandId: null, contentId, actor, verb: 'register', reason: 'content record', args });
}

async function change(client: Queryable, record: ContentRecord): Promise<'changed' | 'unchanged'> {
  const row = await lockContent(client, record.contentId);
  if (!row) throw new ReelwayError('INTERNAL', `The record of ${record.contentId} vanished while it was read.`);
  refuseFinished(row);
  refuseFixed(row, record);
  if (isSame(row, record)) return 'unchanged';
  await replaceRecord(client, record);
  return 'changed';
}

function refuseFinished(row: ContentRow): void {
  const visible = row.visibility === 'PUBLISHED' || row.visibility === 'AGE_GATED';
  if (row.phase !== 'terminal' && !visible) return;
  throw new ReelwayError(
    'ALREADY_FINISHED',
    `${row.contentId} is ${visible ? row.visibility : row.status}; its record can be changed only before publication.`,
    { hint: `Look at it: reelway content show ${row.contentId}` },
  );
}

/** A run works under what it was started with; only the mismatch it is parked for may be mended under it. */
const FIXED: readonly { field: 'creatorId' | 'residency' | 'contentType'; mendedFor: ErrorCode; name: string }[] = [
  { field: 'creatorId', mendedFor: 'CREATOR_MISMATCH', name: 'creator' },
  { field: 'residency', mendedFor: 'RESIDENCY_MISMATCH', name: 'residency' },
  { field: 'contentType', mendedFor: 'CONTENT_TYPE_MISMATCH', name: 'content type' },
];

function refuseFixed(row: ContentRow, record: ContentRecord): void {
  if (row.phase === 'draft') return;
  for (const { field, mendedFor, name } of FIXED) {
    const mending = row.status === 'PARKED' && row.failureCode === mendedFor;
    if (row[field] === null || row[field] === record[field] || mending) continue;
    throw new ReelwayError(
      'RECORD_FIXED',
      `${row.contentId} has the ${name} ${row[field]} since its upload, not ${record[field]}.`,
    );
  }
}

const isSame = (row: ContentRow, record: ContentRecord): boolean =>
  row.metadataVersion > 0 &&
  (Object.keys(record) as (keyof ContentRecord)[]).every(
    (field) => JSON.stringify(row[field]) === JSON.stringify(record[field]),
  );
