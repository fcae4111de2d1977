import { messageOf } from '../../platform/errors';
import { TestFailure } from './test-failure';

/** Long enough for a busy machine with two cores; a test that awaits something real gets it in far less. */
const WITHIN_MS = 60_000;
const FIRST_POLL_MS = 10;
const LONGEST_POLL_MS = 250;

/**
 * Awaits an outcome instead of sleeping: repeats `look` until it returns something truthy without throwing, and
 * returns that. Fails with the last error, or with `what`, when `withinMs` (default 60 s) have passed.
 */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  withinMs = WITHIN_MS,
): Promise<Exclude<T, false | null | undefined | 0 | ''>> {
  const giveUpAt = Date.now() + withinMs;
  let pollMs = FIRST_POLL_MS;
  for (;;) {
    const seen = await attempt(look);
    if ('value' in seen && seen.value) return seen.value as Exclude<T, false | null | undefined | 0 | ''>;
    if (Date.now() > giveUpAt) {
      const why = 'error' in seen ? messageOf(seen.error) : `last seen: ${JSON.stringify({ value: seen.value })}`;
      throw new TestFailure(`not within ${String(withinMs)} ms: ${what}; ${why}`, 'error' in seen ? seen.error : null);
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    pollMs = Math.min(pollMs * 1.5, LONGEST_POLL_MS);
  }
}

async function attempt<T>(look: () => T | Promise<T>): Promise<{ value: T } | { error: unknown }> {
  try {
    return { value: await look() };
  } catch (error) {
    return { error };
  }
}
