import type { Queryable } from './pool';

export interface UploadAnnounced {
  contentId: string;
  uploadSessionId: string;
  creatorId: string;
  rawKey: string;
  residency: string;
  contentType: string;
  /** ms since 1970. */
  at: number;
}

/** With the W3C trace context of its event; null: it had none. */
export type TracedUpload = UploadAnnounced & { traceparent: string | null };

/** Remembers sessions for ever. The first word about a session stands, as it does in the run. */
export async function insertUploads(db: Queryable, uploads: TracedUpload[]): Promise<void> {
  if (uploads.length === 0) return;
  await db.query(
    `INSERT INTO uploads (content_id, upload_session_id, creator_id, raw_key, residency, content_type, uploaded_at,
       traceparent)
     SELECT x.content_id, x.session, x.creator_id, x.raw_key, x.residency, x.content_type, to_timestamp(x.at / 1000),
       x.traceparent
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::float8[],
       $8::text[]) x(content_id, session, creator_id, raw_key, residency, content_type, at, traceparent)
     ORDER BY x.content_id, x.session
     ON CONFLICT (content_id, upload_session_id) DO NOTHING`,
    [
      uploads.map((upload) => upload.contentId),
      uploads.map((upload) => upload.uploadSessionId),
      uploads.map((upload) => upload.creatorId),
      uploads.map((upload) => upload.rawKey),
      uploads.map((upload) => upload.residency),
      uploads.map((upload) => upload.contentType),
      uploads.map((upload) => upload.at),
      uploads.map((upload) => upload.traceparent),
    ],
  );
}

/** The key under which the object really lies, where an admin corrected it: later generations work on it. */
export async function correctRawKey(
  db: Queryable,
  { contentId, uploadSessionId, rawKey }: Pick<UploadAnnounced, 'contentId' | 'uploadSessionId' | 'rawKey'>,
): Promise<void> {
  await db.query('UPDATE uploads SET raw_key = $3 WHERE content_id = $1 AND upload_session_id = $2 AND raw_key <> $3', [
    contentId,
    uploadSessionId,
    rawKey,
  ]);
}

/** The trace context of an upload, which what follows from it carries on; null: it had none. */
export async function readTraceparent(
  db: Queryable,
  { contentId, uploadSessionId }: Pick<UploadAnnounced, 'contentId' | 'uploadSessionId'>,
): Promise<string | null> {
  const found = await db.query<{ traceparent: string | null }>(
    'SELECT traceparent FROM uploads WHERE content_id = $1 AND upload_session_id = $2',
    [contentId, uploadSessionId],
  );
  return found.rows[0]?.traceparent ?? null;
}
