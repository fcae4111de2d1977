import type { TakenOver } from '../../contracts/model/generation';
import type { Policy } from '../../contracts/model/policy';
import { ReelwayError } from '../../contracts/model/errors';
import { toReelwayError } from '../../platform/errors';
import { reached } from '../../platform/faults';
import { answered, type CommandEnd, type ContentCommand } from '../../platform/postgres/content-commands';
import type { ContentRow } from '../../platform/postgres/contents';
import { COMMAND_CAUSE, halfStartOf, readInheritance, type Inheritance } from '../../platform/postgres/generations';
import type { PoolClient } from '../../platform/postgres/pool';
import { insertNextGeneration } from '../../platform/postgres/starts';
import type { LifecycleInput } from '../../workflows/messages';
import type { AuditEntry } from '../../platform/postgres/audit';
import type { OperationsDeps } from '../deps';
import { carryOutOnce, resultOf, type Deed, type FinishedResult, type Refusal } from './command';
import { startWithin } from './start';

export type BeginDeps = Pick<OperationsDeps, 'pool' | 'temporal' | 'config'>;

export interface GenerationPlan {
  args: AuditEntry['args'];
  /** Why it cannot be; where a run is open it never can. */
  refuse(row: ContentRow): Refusal | null;
  /** What the content must be before its next generation is begun. */
  prepare?(db: PoolClient, row: ContentRow): Promise<void>;
  plan(had: Inheritance, policy: Policy, row: ContentRow): TakenOver | null;
}

/**
 * Audit row, command row and the number of the generation in one transaction; then the start. Where that does not
 * succeed, the same command again, the bridge or `reconcile --fix` finishes it. Throws SERVICE_UNREACHABLE before anything
 * is done, OUTCOME_UNKNOWN after.
 */
export async function beginGeneration(
  deps: BeginDeps,
  command: ContentCommand,
  plan: GenerationPlan,
): Promise<FinishedResult> {
  const { client } = await deps.temporal();
  const end = await carryOutOnce(deps.pool, command, plan.args, deedOf(deps.config.policy, command, plan));
  const generation = answered(end);
  await reached('generation.after-commit');
  const half = generation === null ? null : await halfStartOf(deps.pool, command.contentId, generation);
  if (half) {
    await startWithin({ pool: deps.pool, client }, half).catch((error: unknown) => {
      throw unfinished(toReelwayError(error, { Temporal: deps.config.temporal.address }), command);
    });
  }
  return resultOf(deps.pool, command);
}

const deedOf =
  (policy: Policy, command: ContentCommand, plan: GenerationPlan): Deed =>
  async (db, row): Promise<CommandEnd> => {
    const refusal = plan.refuse(row);
    if (refusal) return refusal;
    const had = await readInheritance(db, row.contentId);
    const taken = had && plan.plan(had, policy, row);
    if (!taken) {
      const message = `What ${row.contentId} would go on with is not there any more.`;
      return { refused: 'NOTHING_TO_TAKE_OVER', message };
    }
    await plan.prepare?.(db, row);
    const generation = row.generation + 1;
    const input: LifecycleInput = { contentId: row.contentId, generation, policy, taken };
    const cause = `${COMMAND_CAUSE}${command.commandId}`;
    const begun = await insertNextGeneration(db, { contentId: row.contentId, generation, cause, input });
    if (!begun) throw new ReelwayError('INTERNAL', `Generation ${String(generation)} was begun under our lock.`);
    return { generation };
  };

/** The number is taken: whoever asks again under the same id goes on with it. */
const unfinished = (error: ReelwayError, { commandId, contentId }: ContentCommand): ReelwayError =>
  new ReelwayError('OUTCOME_UNKNOWN', `The next generation of ${contentId} is written down and was not started yet.`, {
    cause: error,
    hint: `A running bridge starts it within a minute; or repeat the command with --command-id ${commandId}.`,
  });
