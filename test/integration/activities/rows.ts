import type { Pool } from '../../../platform/postgres/pool';
import { TestFailure } from '../../support/test-failure';

export interface ContentOptions {
  creatorId?: string;
  title?: string | null;
  description?: string;
  tags?: string[];
  residency?: string;
  contentType?: string;
  /** 0: never registered. */
  metadataVersion?: number;
}

/** A registered content with an open run, generation 1, revision 1. */
export async function addContent(pool: Pool, contentId: string, options: ContentOptions = {}): Promise<string> {
  const { creatorId = 'anna', title = 'A title', description = null, tags = [], metadataVersion = 1 } = options;
  const { residency = 'GLOBAL', contentType = 'VIDEO' } = options;
  await pool.query(
    `INSERT INTO contents (content_id, phase, creator_id, title, description, tags, categories, residency, content_type,
       metadata_version, generation, revision)
     VALUES ($1, 'open', $2, $3, $4, $5, '{film}', $6, $7, $8, 1, 1)`,
    [contentId, creatorId, title, description, tags, residency, contentType, metadataVersion],
  );
  return contentId;
}

export interface Row {
  visibility: string;
  open_flags: number;
  decision_id: string | null;
  removed_at: Date | null;
  published_at: Date | null;
  hls_manifest: string | null;
  dash_manifest: string | null;
  cek_id: string | null;
}

export async function readRow(pool: Pool, contentId: string): Promise<Row> {
  const found = await pool.query<Row>('SELECT * FROM contents WHERE content_id = $1', [contentId]);
  const row = found.rows[0];
  if (!row) throw new TestFailure(`there is no content ${contentId}`);
  return row;
}
