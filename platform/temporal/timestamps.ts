interface Timestamp {
  seconds?: { toString(): string } | number | null;
  nanos?: number | null;
}

/** A time of the Temporal API; null: none. */
export function dateOf(time: Timestamp | null | undefined): Date | null {
  if (!time?.seconds) return null;
  return new Date(Number(time.seconds.toString()) * 1_000 + Math.floor((time.nanos ?? 0) / 1e6));
}
