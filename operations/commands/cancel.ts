import { ReelwayError } from '../../contracts/model/errors';
import { answered, type CommandEnd } from '../../platform/postgres/content-commands';
import { readContent, type ContentRow } from '../../platform/postgres/contents';
import { wakeKeys } from '../../platform/postgres/inbox-keys';
import { cancelUpdate } from '../../workflows/messages';
import { carryOutOnce } from '../generations/command';
import { endLost, isStillLost, lostGeneration } from '../generations/lost';
import { carryOut, type CommandInput, type CommandResult, type Deps } from './carry-out';

/**
 * Ends the run and undoes what it made. Of content that has lost its run the row is ended, and what was made is left to gc.
 * Throws PAST_NO_RETURN where the content is visible already.
 */
export async function cancel(deps: Deps, input: CommandInput): Promise<CommandResult> {
  try {
    return await carryOut(deps, input, { verb: 'cancel', update: cancelUpdate.name, args: {} });
  } catch (error) {
    const hasNoRun =
      error instanceof ReelwayError && (error.code === 'RUN_MISSING' || error.code === 'ALREADY_FINISHED');
    if (!hasNoRun) throw error;
    return cancelLost(deps, input, error);
  }
}

/** The same command id again is answered as the first time, also once the content has ended by it. */
async function cancelLost(deps: Deps, input: CommandInput, why: ReelwayError): Promise<CommandResult> {
  const { contentId, commandId } = input;
  const { client } = await deps.temporal();
  const lost = await lostGeneration({ pool: deps.pool, client }, contentId);
  const end = await carryOutOnce(deps.pool, { ...input, verb: 'cancel' }, {}, async (db, row): Promise<CommandEnd> => {
    if (!isStillLost(row, lost)) throw why;
    if (isHere(row)) return { refused: 'PAST_NO_RETURN', message: `${contentId} is ${row.visibility}.` };
    await endLost(db, row, commandId);
    return { generation: null };
  });
  answered(end, why.hint);
  await wakeKeys(deps.pool, [contentId]);
  const row = await readContent(deps.pool, contentId);
  if (!row) throw new ReelwayError('CONTENT_NOT_FOUND', `There is no content ${contentId}.`);
  const { status, stage, visibility, attention, failureCode: code } = row;
  return { contentId, commandId, status, stage: stage ?? 'upload', visibility, attention, code };
}

/** Published by this very generation, or flagged since: there is nothing to go back to, or somebody has to look first. */
const isHere = ({ visibility, generation, openFlags }: ContentRow): boolean =>
  (generation === 1 || openFlags > 0) && (visibility === 'PUBLISHED' || visibility === 'AGE_GATED');
