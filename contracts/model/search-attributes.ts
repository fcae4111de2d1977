/** What an operator filters runs by in the Temporal UI, as typed keys of the SDK; registered by `reelway migrate`. */
export const ATTRIBUTES = {
  stage: { name: 'ContentStage', type: 'KEYWORD' },
  status: { name: 'ContentStatus', type: 'KEYWORD' },
  attention: { name: 'NeedsAttention', type: 'BOOL' },
  code: { name: 'FailureCode', type: 'KEYWORD' },
  creatorId: { name: 'CreatorId', type: 'KEYWORD' },
  residency: { name: 'Residency', type: 'KEYWORD' },
  contentType: { name: 'ContentType', type: 'KEYWORD' },
  deadline: { name: 'StageDeadline', type: 'DATETIME' },
  generation: { name: 'Generation', type: 'INT' },
} as const;

type Attribute = (typeof ATTRIBUTES)[keyof typeof ATTRIBUTES];
export type SearchAttributeName = Attribute['name'];

/** Name and type as the server registers and shows them. */
const REGISTERED = { KEYWORD: 'Keyword', BOOL: 'Bool', DATETIME: 'Datetime', INT: 'Int' } as const;

export const SEARCH_ATTRIBUTES = Object.fromEntries(
  Object.values(ATTRIBUTES).map(({ name, type }) => [name, REGISTERED[type]]),
) as Record<SearchAttributeName, (typeof REGISTERED)[Attribute['type']]>;
