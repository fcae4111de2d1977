import type { z } from 'zod';
import { ReelwayError } from '../../contracts/model/errors';
import { hasRight, type Caller, type Right } from '../../contracts/model/rights';
import type { WayIn } from '../dead-letters-way-in';
import type { OperationsDeps } from '../deps';
import { parseInput } from '../input';

/** All routes of the admin API lie below it. */
export const ADMIN_PATH = '/admin/v1';

export interface AdminDeps extends OperationsDeps {
  wayIn: WayIn;
}

/**
 * One thing that a person can ask for, from wherever: both clients of the command line, the routes of the admin API, its
 * OpenAPI document and the table of rights are made from it.
 * I: the input, one object. A: a promise, or an async iterable of results that come one by one.
 */
export interface Operation<I, A> {
  readonly method: 'GET' | 'PUT' | 'POST';
  /** Below ADMIN_PATH. Names in braces are fields of the input; the other fields are the query of a GET, else the body. */
  readonly path: string;
  readonly right: Right;
  /** Input that needs one more right. */
  readonly more?: { readonly right: Right; readonly when: string; readonly if: (input: I) => boolean };
  /** A sentence for the documents. */
  readonly about: string;
  /** Of the JSON that travels; an object that refuses unknown fields. */
  readonly input: z.ZodType<I>;
  /** Status of the answer; default 200. */
  readonly status?: 200 | 201 | 202;
  /** Results come one by one, a line of JSON each. */
  readonly stream?: true;
  /** How long its answer may take, in ms; default ANSWER_WITHIN_MS. */
  readonly withinMs?: number;
  readonly run: (deps: AdminDeps, actor: string, input: I) => A;
  /** The answer without what is secret-class, for everybody but admins. */
  readonly masked?: (answer: Awaited<A>) => Awaited<A>;
}

/** Programs read which right it is. */
export class RightMissing extends ReelwayError {
  constructor(
    readonly right: Right,
    message: string,
  ) {
    super('RIGHT_MISSING', message);
  }
}

/** Infers both types. */
export const operation = <I, A>(entry: Operation<I, A>): Operation<I, A> => entry;

/** Whoever asks is answered within 10 s, also by a server that hangs. */
export const ANSWER_WITHIN_MS = 9_000;

/** What secret-class values are shown as. */
export const MASK = '[admins only]';

/**
 * Checks the right, then the input, then carries it out as the caller. Throws RIGHT_MISSING, INPUT_INVALID, and what the
 * operation throws; a stream throws when it is read.
 */
export function perform<I, A>(entry: Operation<I, A>, deps: AdminDeps, caller: Caller, given: unknown): A {
  demand(caller, entry.right);
  const input = parseInput(entry.input, given);
  if (entry.more?.if(input)) demand(caller, entry.more.right, ` ${entry.more.when}`);
  const answer = entry.run(deps, caller.actor, input);
  if (!entry.masked || hasRight(caller.rights, 'admin')) return answer;
  // Only what is answered at once has secrets to mask; who may see a stream of them is asked above.
  return Promise.resolve(answer).then(entry.masked) as A;
}

function demand({ actor, rights }: Caller, wanted: Right, when = ''): void {
  if (hasRight(rights, wanted)) return;
  throw new RightMissing(wanted, `This needs the right ${wanted}${when}; ${actor} has ${rights.join(', ')}.`);
}
