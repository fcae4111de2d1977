import { createHash, randomInt } from 'node:crypto';

/** Every run differs, and says how it is repeated: `REELWAY_CHAOS_SEED=… npm run test:chaos`. */
const SEED = Number(process.env['REELWAY_CHAOS_SEED'] ?? randomInt(2 ** 31));
process.stderr.write(
  `chaos: REELWAY_CHAOS_SEED=${String(SEED)} REELWAY_CHAOS=${process.env['REELWAY_CHAOS'] ?? 'full'}\n`,
);

/** How much of it: `npm run test:chaos` runs all, `-- --short` what fits the five minutes of a verification. */
export const sized = <T>({ full, short }: { full: T; short: T }): T =>
  process.env['REELWAY_CHAOS'] === 'short' ? short : full;

/** One line of what a test measured, also where it passed. */
export const report = (text: string): void => void process.stderr.write(`chaos: ${text}\n`);

export interface Random {
  /** From 0 (included) to 1 (excluded). */
  next(): number;
  /** A whole number from 0 to `below` - 1. */
  below(below: number): number;
  shuffle<T>(items: readonly T[]): T[];
}

/** The same numbers for the same seed and name, whatever other tests draw. The generator is mulberry32 (Tommy Ettinger). */
export function createRandom(name: string): Random {
  let state = createHash('sha256')
    .update(`${String(SEED)} ${name}`)
    .digest()
    .readUInt32LE();
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    shuffle: (items) => {
      const left = [...items];
      return items.map(() => left.splice(below(left.length), 1)[0] as (typeof left)[number]);
    },
  };
}
