import type { PublishInput, PublishResult, WithdrawInput } from '../contracts/model/work';
import { publish, withdraw } from '../platform/postgres/publication';
import type { Attempt } from './attempt';
import type { ActivityDeps } from './deps';

/** The one way to visible. A repeat answers as the first time did. */
export const publishContent = (
  { pool }: ActivityDeps,
  _attempt: Attempt,
  input: PublishInput,
): Promise<PublishResult> => publish(pool, input);

/** Undoes publishContent, and keeps one that is still on its way from taking effect. */
export const withdrawContent = ({ pool }: ActivityDeps, _attempt: Attempt, input: WithdrawInput): Promise<void> =>
  withdraw(pool, input.place, input.back);
