/** The ladder: each includes those before it. */
const LADDER = ['viewer', 'operator', 'admin'] as const;
type Rung = (typeof LADDER)[number];

/** Beside the ladder: nobody has it unless it was given by name, admins neither. */
const EXTRA_RIGHTS = ['moderation-skip'] as const;

export type Right = Rung | (typeof EXTRA_RIGHTS)[number];

/** Whoever works beside the servers, with their passwords, can do everything anyway. */
export const ALL_RIGHTS: readonly Right[] = ['admin', ...EXTRA_RIGHTS];

export const hasRight = (held: readonly Right[], wanted: Right): boolean =>
  held.some((right) => right === wanted || (rungOf(wanted) >= 0 && rungOf(right) >= rungOf(wanted)));

/** -1: not on the ladder. */
const rungOf = (right: Right): number => (LADDER as readonly Right[]).indexOf(right);
