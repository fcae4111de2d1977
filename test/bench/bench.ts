/** What a bench gives: ratios are held by targets, figures are for reading. */
export interface BenchResult {
  ratios: Record<string, number>;
  figures: Record<string, number | number[]>;
  /** Parts of a bench that has several, each with its own figures. */
  projector?: object;
}

export interface BenchOptions {
  /** Interleaved pairs that count; a warm-up pair goes before them. */
  pairs: number;
  /** For people; stdout is kept for the result. */
  say(line: string): void;
}

export interface Bench {
  about: string;
  /** Lowest ratio that is good enough, by name. */
  targets: Record<string, number>;
  run(options: BenchOptions): Promise<BenchResult>;
}
