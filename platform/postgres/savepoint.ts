import type { PoolClient } from './pool';

/**
 * Inside a transaction: what `work` did stays only where `keep` says so. Where `work` throws it is undone as well, and the
 * transaction can go on.
 */
export async function keptIf<T>(db: PoolClient, keep: (result: T) => boolean, work: () => Promise<T>): Promise<T> {
  await db.query('SAVEPOINT kept_if');
  let kept = false;
  try {
    const result = await work();
    kept = keep(result);
    return result;
  } finally {
    // Rolled back to, a savepoint is still there, and would hide the one of the same name around it.
    if (!kept) await db.query('ROLLBACK TO SAVEPOINT kept_if');
    await db.query('RELEASE SAVEPOINT kept_if');
  }
}
