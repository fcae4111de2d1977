import type { Kind } from './env-kinds';

/** One environment variable: parser, .env.example and docs/configuration.md are all made from this row. */
export interface Variable<T> {
  readonly kind: Kind<T>;
  /** For people: what it does, with the unit. */
  readonly about: string;
  /** Text that stands in when it is unset, read by `kind` as well. Null: there is none. */
  readonly preset: string | null;
  readonly required: boolean;
  /** Its value never appears in a message, an example or a log. */
  readonly secret: boolean;
}

export type ValueOf<V> = V extends Variable<infer T> ? T : never;

export const required = <T>(kind: Kind<T>, about: string): Variable<T> => ({
  kind,
  about,
  preset: null,
  required: true,
  secret: false,
});

export const secret = <T>(variable: Variable<T>): Variable<T> => ({ ...variable, secret: true });

export const preset = <T>(kind: Kind<T>, value: string | number, about: string): Variable<T> => ({
  kind,
  about,
  preset: String(value),
  required: false,
  secret: false,
});

/** Null when unset. */
export const optional = <T>(kind: Kind<T>, about: string): Variable<T | null> => ({
  kind,
  about,
  preset: null,
  required: false,
  secret: false,
});
