/** Kafka header of a W3C trace context, in what comes in and in what we send. */
export const TRACEPARENT = 'traceparent';

/** Version 00: trace id and parent id, neither of them only zeros, and flags. */
const VALID = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The trace context among the headers of a record; null where there is none, or none that is valid. */
export function traceparentOf(headers: Record<string, string>): string | null {
  const value = headers[TRACEPARENT];
  return value !== undefined && VALID.test(value) ? value : null;
}
