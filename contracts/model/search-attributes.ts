/** What an operator filters runs by in the Temporal UI; name and type as the server registers them. */
export const SEARCH_ATTRIBUTES = {
  ContentStage: 'Keyword',
  ContentStatus: 'Keyword',
  NeedsAttention: 'Bool',
  FailureCode: 'Keyword',
  CreatorId: 'Keyword',
  Residency: 'Keyword',
  ContentType: 'Keyword',
  StageDeadline: 'Datetime',
  Generation: 'Int',
} as const;

export type SearchAttributeName = keyof typeof SEARCH_ATTRIBUTES;
