export interface ErrorRow {
  /** One sentence: what happened. */
  readonly title: string;
  /** One sentence: what to do next. */
  readonly hint: string;
  /** True where trying the same thing again can help without a change. Default false. */
  readonly retryable?: true;
}
