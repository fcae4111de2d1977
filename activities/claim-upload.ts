import { ReelwayError, type ErrorCode } from '../contracts/model/errors';
import { foreignPrefix, keyProblem } from '../contracts/model/object-key';
import type { VerifyUploadInput } from '../contracts/model/work';
import { readContent, type ContentRow } from '../platform/postgres/contents';
import { inTransaction, type Pool } from '../platform/postgres/pool';
import { registerSource } from '../platform/postgres/sources';
import { correctRawKey } from '../platform/postgres/uploads';
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
    await correctRawKey(client, { contentId: place.contentId, ...upload });
    if (place.revision > 1 || place.generation > 1) await supersedeFlags(client, { ...place, uploadedAt: upload.at });
  });
}

function checkKey({ place, upload: { rawKey } }: VerifyUploadInput): void {
  const problem = keyProblem(rawKey);
  if (problem !== null) throw new ReelwayError('RAW_KEY_UNSAFE', `The raw object key is refused: ${problem}.`);
  const foreign = foreignPrefix(rawKey, place);
  if (foreign !== null) throw taken(rawKey, foreign);
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
