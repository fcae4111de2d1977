const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/i;

/**
 * Times outside of this are a producer's unset clock or a wrong unit. They would do harm: a flag of the year 9999 could
 * never be answered by a decision that is newer.
 */
const EARLIEST = Date.UTC(2000, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);

/** What is wrong with a timestamp, or null. */
export function timestampProblem(text: string): string | null {
  const parts = RFC_3339.exec(text);
  if (!parts) return 'must be an RFC 3339 timestamp with Z or an offset';
  const at = timestampMs(text);
  // Date.parse takes 30 February for 1 March.
  if (Number.isNaN(at) || !isCalendarDay(Number(parts[1]), Number(parts[2]), Number(parts[3]))) {
    return 'must be a time that exists';
  }
  return at < EARLIEST || at >= LATEST ? 'must lie between 2000 and 2100' : null;
}

/** ms since 1970 of a checked timestamp. */
export const timestampMs = (text: string): number => Date.parse(text.toUpperCase());

function isCalendarDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
