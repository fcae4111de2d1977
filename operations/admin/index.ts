import { assetOperations } from './assets';
import { commands } from './commands';
import { contents } from './contents';
import { deadLetterOperations } from './dead-letters';
import { finished } from './finished';
import type { Operation } from './operation';
import { platform } from './platform';

/** All that can be asked for from afar, in the order of the documents. A new verb is one entry. */
export const ADMIN_OPERATIONS = {
  ...contents,
  ...commands,
  ...finished,
  ...deadLetterOperations,
  ...assetOperations,
  ...platform,
};

type Operations = typeof ADMIN_OPERATIONS;
export type OperationName = keyof Operations;

/** The same for all that goes through the table by name. */
export type AnyOperation = Operation<unknown, unknown>;
export const operationEntries = (): [OperationName, AnyOperation][] =>
  Object.entries(ADMIN_OPERATIONS) as unknown as [OperationName, AnyOperation][];

/** Input may be left out where no field is needed. */
type Ask<I, A> = Partial<I> extends I ? (input?: I) => A : (input: I) => A;

/** A function per operation; how it is carried out, and as whom, is the maker's business. */
export type AdminClient = {
  [N in OperationName]: Operations[N] extends Operation<infer I, infer A> ? Ask<I, A> : never;
};
