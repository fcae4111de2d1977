import { ReelwayError, type ErrorCode } from '../contracts/model/errors';
import { keyProblem } from '../contracts/model/object-key';
import { RESIDENCIES } from '../contracts/model/status';
import type { VerifyUploadInput } from '../contracts/model/work';
import { readContent, type ContentRow } from '../platform/postgres/contents';
import { inTransaction, type Pool } from '../platform/postgres/pool';
import { registerSource } from '../platform/postgres/sources';
import { supersedeFlags } from '../platform/postgres/verdicts';

/**
 * What can be said of an upload without reading it: its key is a plain one and nobody else's, and creator, residency and
 * content type are those of the record, where there is one. Registers the key for this content, and supersedes the flags
 * on what was uploaded before.
 *
 * Errors: RAW_KEY_UNSAFE, RAW_KEY_TAKEN, CREATOR_MISMATCH, RESIDENCY_MISMATCH, CONTENT_TYPE_MISMATCH, CONTENT_NOT_FOUND.
 */
export async function claimUpload(pool: Pool, input: VerifyUploadInput): Promise<void> {
  const { place, upload } = input;
  checkKey(input);
  const { creatorId, residency, rawKey } = upload;
  await inTransaction(pool, async (client) => {
    const record = await readContent(client, place.contentId);
    if (record === null) throw new ReelwayError('CONTENT_NOT_FOUND', `There is no content ${place.contentId}.`);
    checkRecord(record, input);
    const registered = await registerSource(client, { ...place, creatorId, residency, rawKey });
    if (!registered) throw taken(rawKey, 'it is registered to another content');
    if (place.revision > 1 || place.generation > 1) await supersedeFlags(client, { ...place, uploadedAt: upload.at });
  });
}

function checkKey({ place, upload: { rawKey } }: VerifyUploadInput): void {
  const problem = keyProblem(rawKey);
  if (problem !== null) throw new ReelwayError('RAW_KEY_UNSAFE', `The raw object key is refused: ${problem}.`);
  const [top, owner] = rawKey.split('/');
  if (!(RESIDENCIES as readonly (string | undefined)[]).includes(top)) return;
  if (top !== place.residency) throw taken(rawKey, `it lies below ${String(top)}/, the content is ${place.residency}`);
  // Below a residency lies what we write, content by content: as an upload it would be another content's rendition.
  if (owner !== place.contentId) throw taken(rawKey, 'it lies below the prefix of another content');
}

const taken = (rawKey: string, why: string): ReelwayError =>
  new ReelwayError('RAW_KEY_TAKEN', `The raw object key ${rawKey} is refused: ${why}.`);

function checkRecord(record: ContentRow, { upload }: VerifyUploadInput): void {
  if (record.metadataVersion === 0) return;
  const differ = (code: ErrorCode, what: string, said: string, registered: string | null): void => {
    if (registered === null || registered === said) return;
    throw new ReelwayError(code, `The upload names ${what} ${said}, the record ${registered}.`);
  };
  differ('CREATOR_MISMATCH', 'creator', upload.creatorId, record.creatorId);
  differ('RESIDENCY_MISMATCH', 'residency', upload.residency, record.residency);
  differ('CONTENT_TYPE_MISMATCH', 'content type', upload.contentType, record.contentType);
}
