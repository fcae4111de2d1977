import { CREATOR } from './errors/creator';
import { DEAD } from './errors/dead';
import { FACT } from './errors/fact';
import { PLATFORM } from './errors/platform';
import { REFUSAL } from './errors/refusal';
import type { ErrorRow } from './errors/row';
import { SETUP } from './errors/setup';

/** Every failure Reelway names, by class. docs/errors.md has a section per code; a test holds the two equal. */
const BY_CLASS = {
  creator: CREATOR,
  platform: PLATFORM,
  fact: FACT,
  dead: DEAD,
  refusal: REFUSAL,
  setup: SETUP,
} as const satisfies Record<string, Record<string, ErrorRow>>;

export type ErrorClass = keyof typeof BY_CLASS;
export type ErrorCode = { [C in ErrorClass]: keyof (typeof BY_CLASS)[C] }[ErrorClass];

/** The row of each code, with its class, and with `retryable` always there. */
export const ERRORS = Object.fromEntries(
  Object.entries(BY_CLASS).flatMap(([errorClass, rows]: [string, Record<string, ErrorRow>]) =>
    Object.entries(rows).map(([code, row]) => [code, { class: errorClass, retryable: false, ...row }]),
  ),
) as Readonly<
  Record<ErrorCode, Pick<ErrorRow, 'title' | 'hint'> & { readonly class: ErrorClass; readonly retryable: boolean }>
>;

export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(ERRORS, text);

/**
 * Every error we throw. `message` is for people: what happened here, with the values that matter and no secret.
 * `retryable` in the options is for the case where this one differs from its row.
 */
export class ReelwayError extends Error {
  override readonly name = 'ReelwayError';
  readonly hint: string;
  readonly retryable: boolean;

  constructor(
    readonly code: ErrorCode,
    message?: string,
    options: { cause?: unknown; hint?: string; retryable?: boolean } = {},
  ) {
    super(message ?? ERRORS[code].title, 'cause' in options ? { cause: options.cause } : undefined);
    this.hint = options.hint ?? ERRORS[code].hint;
    this.retryable = options.retryable ?? ERRORS[code].retryable;
  }
}
