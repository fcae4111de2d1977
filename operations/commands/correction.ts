import { z } from 'zod';
import { ReelwayError } from '../../contracts/model/errors';
import { foreignPrefix, keyProblem } from '../../contracts/model/object-key';
import { EXECUTORS } from '../../contracts/model/status';
import type { AuditEntry } from '../../platform/postgres/audit';
import { readContent, type ContentRow } from '../../platform/postgres/contents';
import { isRawKeyTaken } from '../../platform/postgres/sources';
import type { Correction } from '../../workflows/messages';
import { parseInput } from '../input';
import { register } from '../register';
import type { Deps } from './carry-out';
import { checkLabel } from './label';

/** Input in place of the one that failed; at least one of them. */
export const correctionInput = z
  .strictObject({
    /** Key of the raw object, below the residency that the content has. */
    rawKey: z.string().exactOptional(),
    title: z.string().exactOptional(),
    /** Labels of the renditions to keep: 360p, a128. */
    ladder: z.array(z.string()).min(1).max(20).exactOptional(),
    executor: z.enum(EXECUTORS).exactOptional(),
  })
  .refine((given) => Object.keys(given).length > 0, 'is empty');
export type CorrectionInput = z.input<typeof correctionInput>;

interface Checked {
  /** What the run has to know; undefined: nothing. */
  sent: Correction | undefined;
  audited: AuditEntry['args'];
}

/** What can be said without asking anybody. Throws INPUT_INVALID, RAW_KEY_UNSAFE. */
export function checkCorrection(input: CorrectionInput): Checked {
  const { rawKey, title, ladder, executor } = parseInput(correctionInput, input);
  ladder?.forEach(checkLabel);
  const problem = rawKey === undefined ? null : keyProblem(rawKey);
  if (problem !== null) throw new ReelwayError('RAW_KEY_UNSAFE', `The raw object key is refused: ${problem}.`);
  const sent = {
    ...(rawKey !== undefined && { rawKey }),
    ...(ladder && { ladder }),
    ...(executor && { executor }),
  };
  return {
    sent: Object.keys(sent).length > 0 ? sent : undefined,
    audited: {
      ...(rawKey !== undefined && { rawKey }),
      ...(title !== undefined && { title }),
      ...(ladder && { ladder: ladder.join(',') }),
      ...(executor && { executor }),
    },
  };
}

interface Corrected {
  contentId: string;
  actor: string;
  attempt?: string;
  with?: CorrectionInput;
}

/**
 * What only Postgres knows of a correction, before the run is asked. A title goes into the record, as a registration. Throws
 * RAW_KEY_TAKEN, NOT_PARKED, ATTEMPT_STALE, and what `register` throws.
 */
export async function prepareCorrection(deps: Deps, { contentId, actor, attempt, ...input }: Corrected): Promise<void> {
  const { rawKey, title } = input.with ?? {};
  if (rawKey === undefined && title === undefined) return;
  const row = await readContent(deps.pool, contentId);
  // Without a run there is nobody to correct; whoever is asked next says so.
  if (!row || row.phase === 'terminal' || row.phase === 'draft') return;
  if (rawKey !== undefined) await checkRawKey(deps, row, rawKey);
  if (title === undefined || (row.title === title && row.metadataVersion > 0)) return;
  refuseUnparked(row, attempt);
  await register(deps, actor, recordOf(row, title));
}

async function checkRawKey(deps: Deps, row: ContentRow, rawKey: string): Promise<void> {
  const { contentId, residency } = row;
  const foreign = residency && foreignPrefix(rawKey, { contentId, residency });
  const why =
    foreign ?? ((await isRawKeyTaken(deps.pool, rawKey, contentId)) ? 'it is registered to another content' : null);
  if (why) throw new ReelwayError('RAW_KEY_TAKEN', `The raw object key ${rawKey} is refused: ${why}.`);
}

/** The record is not touched for a retry that the run would refuse. */
function refuseUnparked(row: ContentRow, attempt: string | undefined): void {
  const isStopped = row.attempt !== null || row.status === 'PARKED' || row.status === 'AWAITING_CREATOR';
  if (!isStopped) throw new ReelwayError('NOT_PARKED');
  if (attempt !== undefined && row.attempt !== null && attempt !== row.attempt) throw new ReelwayError('ATTEMPT_STALE');
}

function recordOf(row: ContentRow, title: string): Parameters<typeof register>[2] {
  const { contentId, creatorId, contentType, residency, description, categories, tags, language } = row;
  if (creatorId === null || contentType === null || residency === null) {
    throw new ReelwayError('INTERNAL', `${contentId} has a run, but neither creator, content type nor residency.`);
  }
  return { contentId, creatorId, contentType, residency, description, categories, tags, language, title };
}
