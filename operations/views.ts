import type { ErrorCode } from '../contracts/model/errors';
import { workflowIdOf } from '../contracts/model/ids';
import type { Held, Manifests } from '../contracts/model/lifecycle';
import type { ContentType, Residency, Stage, Status, TaskPriority, Visibility } from '../contracts/model/status';
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
  /** Token of the failure that a retry answers now; null: there is none. */
  attempt: string | null;
  /** Who stopped it before its next stage; null: nobody. */
  held: HeldView | null;
  /** How soon its work is taken: 1 goes first, 3 is usual. */
  priority: TaskPriority;
  /** Since when it is in this status. */
  since: string;
  updatedAt: string;
}

/** since: ISO 8601. */
export type HeldView = Omit<Held, 'since'> & { since: string };

const heldOf = ({ held }: ContentRow): HeldView | null =>
  held && { ...held, since: new Date(held.since).toISOString() };

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
  attempt: row.attempt,
  held: heldOf(row),
  priority: row.priority,
  since: row.since.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

export const manifestsOf = (row: ContentRow): Manifests | null =>
  row.hlsManifest !== null && row.dashManifest !== null
    ? { hls: row.hlsManifest, dash: row.dashManifest, cekId: row.cekId }
    : null;

export const isoOf = (time: Date | number | null): string | null =>
  time === null ? null : new Date(time).toISOString();
