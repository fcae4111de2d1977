import type { Pool, Queryable } from '../../platform/postgres/pool';

/** A pool that also keeps Postgres's plan of each query, its lines joined. */
export function explaining(pool: Queryable, plans: string[]): Pool {
  const query = async (text: string, values?: unknown[]) => {
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
    plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
    return pool.query(text, values);
  };
  return { query } as unknown as Pool;
}
