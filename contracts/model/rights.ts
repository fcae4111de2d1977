/** The ladder: each includes those before it. */
export const LADDER = ['viewer', 'operator', 'admin'] as const;
export type Rung = (typeof LADDER)[number];

/** Beside the ladder: nobody has it unless a token names it, admins neither. */
export const EXTRA_RIGHTS = ['moderation-skip'] as const;

export type Right = Rung | (typeof EXTRA_RIGHTS)[number];
export const RIGHTS: readonly Right[] = [...LADDER, ...EXTRA_RIGHTS];

/** Who asks. actor: the name that stands in the audit. */
export interface Caller {
  readonly actor: string;
  readonly rights: readonly Right[];
}

/** Whoever works beside the servers, with their passwords, can do everything anyway. */
export const ALL_RIGHTS: readonly Right[] = ['admin', ...EXTRA_RIGHTS];

export const hasRight = (held: readonly Right[], wanted: Right): boolean =>
  held.some((right) => right === wanted || (rungOf(wanted) >= 0 && rungOf(right) >= rungOf(wanted)));

/** -1: not on the ladder. */
const rungOf = (right: Right): number => (LADDER as readonly Right[]).indexOf(right);
