/** What can be paused: a partition whose records are mostly bad, or the starts of new content. */
export const STARTS_SCOPE = 'starts';

export const partitionScope = (topic: string, partition: number): string => `${topic}/${String(partition)}`;

export type PauseCode = 'BREAKER_OPEN' | 'STARTS_PAUSED';
