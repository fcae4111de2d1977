import type { ContentType, Residency } from '../../contracts/model/status';
import type { Queryable } from './pool';

/** An upload that was announced once. at: the event's own timestamp. */
export interface UploadSession {
  contentId: string;
  uploadSessionId: string;
  creatorId: string;
  rawKey: string;
  residency: Residency;
  contentType: ContentType;
  at: Date;
}

/** The newest upload of a content, or the one of a session; null: there is none. */
export async function readUploadSession(
  db: Queryable,
  contentId: string,
  session?: string,
): Promise<UploadSession | null> {
  const found = await db.query<UploadSession>(
    `SELECT content_id AS "contentId", upload_session_id AS "uploadSessionId", creator_id AS "creatorId",
       raw_key AS "rawKey", residency, content_type AS "contentType", uploaded_at AS at
     FROM uploads WHERE content_id = $1 AND ($2::text IS NULL OR upload_session_id = $2)
     ORDER BY uploaded_at DESC LIMIT 1`,
    [contentId, session ?? null],
  );
  return found.rows[0] ?? null;
}
