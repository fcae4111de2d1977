/** The last moment that a date can name, ms since 1970. A record may have any number for a time. */
export const LAST_MS = 8.64e15;

/** When a record was written, ms since 1970; null: it does not say (Kafka's -1), or names no moment. */
export function recordTime(timestamp: string | number): number | null {
  const ms = Number(timestamp);
  return Number.isSafeInteger(ms) && ms >= 0 && ms <= LAST_MS ? ms : null;
}

/** The newest time among records; null: none of them says one. */
export function newestTime(records: readonly { timestamp: string | number }[]): number | null {
  return records.reduce<number | null>((newest, { timestamp }) => {
    const ms = recordTime(timestamp);
    return ms === null ? newest : Math.max(newest ?? 0, ms);
  }, null);
}
