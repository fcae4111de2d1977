import type { ErrorCode } from '../contracts/model/errors';
import { workflowIdOf } from '../contracts/model/ids';
import type { Manifests } from '../contracts/model/lifecycle';
import type { ContentType, Residency, Stage, Status, Visibility } from '../contracts/model/status';
import type { ContentRow } from '../platform/postgres/contents';

/** A content as lists show it. Its keys are part of the command line's contract. Times are ISO 8601 in UTC. */
export interface ContentSummary {
  contentId: string;
  workflowId: string;
  title: string | null;
  creatorId: string | null;
  contentType: ContentType | null;
  residency: Residency | null;
  generation: number;
  revision: number;
  stage: Stage | null;
  status: Status;
  visibility: Visibility;
  attention: boolean;
  failureCode: ErrorCode | null;
  /** Since when it is in this status. */
  since: string;
  updatedAt: string;
}

export const summaryOf = (row: ContentRow): ContentSummary => ({
  contentId: row.contentId,
  workflowId: workflowIdOf(row.contentId),
  title: row.title,
  creatorId: row.creatorId,
  contentType: row.contentType,
  residency: row.residency,
  generation: row.generation,
  revision: row.revision,
  stage: row.stage,
  status: row.status,
  visibility: row.visibility,
  attention: row.attention,
  failureCode: row.failureCode,
  since: row.since.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

export const manifestsOf = (row: ContentRow): Manifests | null =>
  row.hlsManifest !== null && row.dashManifest !== null
    ? { hls: row.hlsManifest, dash: row.dashManifest, cekId: row.cekId }
    : null;

export const isoOf = (time: Date | number | null): string | null =>
  time === null ? null : new Date(time).toISOString();
