import type { ErrorCode } from '../../contracts/model/errors';
import type { Held, RenditionView, StageView } from '../../contracts/model/lifecycle';
import type { ContentType, Residency, Stage, Status, TaskPriority, Visibility } from '../../contracts/model/status';
import type { Queryable } from './pool';

export type ContentPhase = 'draft' | 'starting' | 'open' | 'terminal';

/** What a person or a service says about a content before (or while) it is made. */
export interface ContentRecord {
  contentId: string;
  creatorId: string;
  title: string;
  description: string | null;
  categories: string[];
  tags: string[];
  language: string | null;
  contentType: ContentType;
  residency: Residency;
}

/** One row of `contents`: the permanent memory of a content. creator, type and residency are null for one that was never registered. */
export interface ContentRow {
  contentId: string;
  phase: ContentPhase;
  creatorId: string | null;
  title: string | null;
  description: string | null;
  categories: string[];
  tags: string[];
  language: string | null;
  contentType: ContentType | null;
  residency: Residency | null;
  /** 0: never registered. */
  metadataVersion: number;
  generation: number;
  revision: number;
  uploadSessionId: string | null;
  stage: Stage | null;
  status: Status;
  visibility: Visibility;
  attention: boolean;
  failureCode: ErrorCode | null;
  since: Date;
  stages: StageView[];
  renditions: RenditionView[];
  hlsManifest: string | null;
  dashManifest: string | null;
  cekId: string | null;
  /** null: nobody holds it. */
  held: Held | null;
  priority: TaskPriority;
  /** Token of the failure that a retry answers now; null: there is none. */
  attempt: string | null;
  openFlags: number;
  decisionId: string | null;
  publishedAt: Date | null;
  removedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

const COLUMNS = `
  content_id AS "contentId", phase, creator_id AS "creatorId", title, description, categories, tags, language,
  content_type AS "contentType", residency, metadata_version AS "metadataVersion", generation, revision,
  upload_session_id AS "uploadSessionId", stage, status, visibility, attention, failure_code AS "failureCode", since,
  stages, renditions, hls_manifest AS "hlsManifest", dash_manifest AS "dashManifest", cek_id AS "cekId",
  held, priority, attempt, open_flags AS "openFlags", decision_id AS "decisionId", published_at AS "publishedAt", removed_at AS "removedAt",
  created_at AS "createdAt", updated_at AS "updatedAt"`;

export async function readContent(db: Queryable, contentId: string): Promise<ContentRow | null> {
  const found = await db.query<ContentRow>(`SELECT ${COLUMNS} FROM contents WHERE content_id = $1`, [contentId]);
  return found.rows[0] ?? null;
}

/** As readContent, and keeps others from changing the row until the transaction ends. */
export async function lockContent(db: Queryable, contentId: string): Promise<ContentRow | null> {
  const found = await db.query<ContentRow>(`SELECT ${COLUMNS} FROM contents WHERE content_id = $1 FOR UPDATE`, [
    contentId,
  ]);
  return found.rows[0] ?? null;
}

const values = (record: ContentRecord): unknown[] => [
  record.contentId,
  record.creatorId,
  record.title,
  record.description,
  record.categories,
  record.tags,
  record.language,
  record.contentType,
  record.residency,
];

/** False where a row was there already (another process was faster): read it and decide again. */
export async function insertDraft(db: Queryable, record: ContentRecord): Promise<boolean> {
  const done = await db.query(
    `INSERT INTO contents (content_id, phase, creator_id, title, description, categories, tags, language, content_type,
       residency, metadata_version)
     VALUES ($1, 'draft', $2, $3, $4, $5, $6, $7, $8, $9, 1) ON CONFLICT (content_id) DO NOTHING`,
    values(record),
  );
  return done.rowCount === 1;
}

/** Writes the whole record anew and raises metadata_version. Needs the row lock of lockContent. */
export async function replaceRecord(db: Queryable, record: ContentRecord): Promise<void> {
  await db.query(
    `UPDATE contents SET creator_id = $2, title = $3, description = $4, categories = $5, tags = $6, language = $7,
       content_type = $8, residency = $9, metadata_version = metadata_version + 1, updated_at = now()
     WHERE content_id = $1`,
    values(record),
  );
}

export interface ContentFilter {
  stage?: Stage;
  status?: Status;
  attention?: boolean;
  code?: ErrorCode;
  creatorId?: string;
  residency?: Residency;
  contentType?: ContentType;
  /** In its status for at least so long. */
  minAgeMs?: number;
  /** At most so many rows; default 50. */
  limit?: number;
  /** Cursor of an earlier page: the next page begins behind it. */
  after?: ContentCursor;
}

/** updatedAt as Postgres prints it: a JavaScript date would lose the microseconds and skip rows. */
export interface ContentCursor {
  updatedAt: string;
  contentId: string;
}

export interface ContentPage {
  contents: ContentRow[];
  /** Where the next page begins; null: this was the last. */
  next: ContentCursor | null;
}

const DEFAULT_LIMIT = 50;

/** Newest change first, by keyset, so that deep pages cost what the first one costs. */
export async function listContents(db: Queryable, filter: ContentFilter = {}): Promise<ContentPage> {
  const limit = filter.limit ?? DEFAULT_LIMIT;
  const { where, params } = conditions(filter);
  const found = await db.query<ContentRow & { cursor: string }>(
    `SELECT ${COLUMNS}, updated_at::text AS cursor FROM contents ${where}
     ORDER BY updated_at DESC, content_id LIMIT ${String(limit + 1)}`,
    params,
  );
  const contents = found.rows.slice(0, limit);
  const last = contents.at(-1);
  const next = found.rows.length > limit && last ? { updatedAt: last.cursor, contentId: last.contentId } : null;
  return { contents: contents.map(({ cursor: _cursor, ...row }) => row), next };
}

function conditions(filter: ContentFilter): { where: string; params: unknown[] } {
  const params: unknown[] = [];
  const parts: string[] = [];
  const add = (sql: (place: string) => string, value: unknown): void => {
    if (value === undefined) return;
    params.push(value);
    parts.push(sql(`$${String(params.length)}`));
  };
  add((at) => `stage = ${at}`, filter.stage);
  add((at) => `status = ${at}`, filter.status);
  // Spelled out, not a parameter: the partial index on attention is used only for the literal condition.
  if (filter.attention !== undefined) parts.push(filter.attention ? 'attention' : 'NOT attention');
  add((at) => `failure_code = ${at}`, filter.code);
  add((at) => `since <= now() - ${at} * interval '1 millisecond'`, filter.minAgeMs);
  add((at) => `creator_id = ${at}`, filter.creatorId);
  add((at) => `residency = ${at}`, filter.residency);
  add((at) => `content_type = ${at}`, filter.contentType);
  if (filter.after) {
    params.push(filter.after.updatedAt, filter.after.contentId);
    const [time, id] = [`$${String(params.length - 1)}::timestamptz`, `$${String(params.length)}`];
    parts.push(`(updated_at < ${time} OR (updated_at = ${time} AND content_id > ${id}))`);
  }
  return { where: parts.length > 0 ? `WHERE ${parts.join(' AND ')}` : '', params };
}
