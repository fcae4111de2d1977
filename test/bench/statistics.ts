/** The middle one; of an even number the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

const THOUSANDTH = 1_000;
/** Three decimals: more would be noise. */
export const rounded = (value: number): number => Math.round(value * THOUSANDTH) / THOUSANDTH;
