import { ReelwayError } from '../contracts/model/errors';
import type { AuditEntry } from '../platform/postgres/audit';
import { readAudit, type AuditedRow } from '../platform/postgres/audit-outcomes';
import { readContent } from '../platform/postgres/contents';
import type { OperationsDeps } from './deps';
import { checkContentId } from './input';

/** What somebody commanded. Its keys are part of the command line's contract. */
export interface AuditLine extends AuditEntry, Pick<AuditedRow, 'outcome' | 'code'> {
  auditId: string;
  /** ISO 8601. */
  at: string;
}

/** Everything that people commanded about one content, oldest first. Throws CONTENT_NOT_FOUND. */
export async function auditOf(deps: Pick<OperationsDeps, 'pool'>, contentId: string): Promise<AuditLine[]> {
  const rows = await readAudit(deps.pool, checkContentId(contentId));
  // A dead letter may name a content that never was; what was done about it is told all the same.
  if (rows.length === 0 && !(await readContent(deps.pool, contentId))) {
    throw new ReelwayError('CONTENT_NOT_FOUND', `There is no content ${contentId}.`);
  }
  return rows.map(({ at, ...row }) => ({ ...row, at: at.toISOString() }));
}
