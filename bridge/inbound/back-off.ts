const FIRST_MS = 250;
/** With a call that takes its whole deadline of 8 s, attempts begin at most 20 s apart. */
const LONGEST_MS = 12_000;

/** Doubles, with up to a fifth taken off at random, so that keys that failed together do not come back together. */
export function backOffMs(attempts: number, random: () => number = Math.random): number {
  const whole = Math.min(FIRST_MS * 2 ** Math.min(attempts, 16), LONGEST_MS);
  return Math.round(whole * (1 - 0.2 * random()));
}
