import { Client } from 'pg';

/** Counts what this process asks Postgres, BEGIN and COMMIT included, from its first call on. */
export function countStatements(): () => number {
  let statements = 0;
  const prototype = Client.prototype as { query: (...args: unknown[]) => unknown };
  const query = prototype.query;
  prototype.query = function (this: unknown, ...args: unknown[]) {
    statements += 1;
    return query.apply(this, args);
  };
  return () => statements;
}
