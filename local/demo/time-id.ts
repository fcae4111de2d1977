/** "mi9x2k3f": ms since 1970 in base 36. Ids made later sort later, until 2059. */
export const timeId = (now: number = Date.now()): string => now.toString(36);
