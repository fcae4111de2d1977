import type { OpenRow } from '../../platform/postgres/inbox';
import type { Delivery } from '../../platform/temporal/lifecycle-runs';

export interface Sent {
  /** too-large: `rows` is the first one alone. */
  answer: Delivery;
  /** Those the answer is about, from the first on. */
  rows: OpenRow[];
}

/** Sends the rows together; what is refused as too large is halved, and its first half tried, down to one row. */
export async function sendHalving(rows: OpenRow[], send: (rows: OpenRow[]) => Promise<Delivery>): Promise<Sent> {
  const answer = await send(rows);
  if (answer !== 'too-large' || rows.length <= 1) return { answer, rows };
  return sendHalving(rows.slice(0, Math.ceil(rows.length / 2)), send);
}
