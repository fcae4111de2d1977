/** What can be paused: a partition, by its name, whose records are mostly bad, or the starts of new content. */
export const STARTS_SCOPE = 'starts';

export type PauseCode = 'BREAKER_OPEN' | 'STARTS_PAUSED';
