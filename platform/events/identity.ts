import { hash } from 'node:crypto';
import { parse } from 'uuid';

/** Root of all our name-based ids. Changing it would give every milestone a new id and send it a second time. */
const NAMESPACE = parse('6f0f8f0a-3c43-5d0c-9a51-2f6c2f6f2b1e');

/** UUID version 5, in half the time that the package takes: a fan-out makes one per subscriber. */
function idOf(...parts: (string | number)[]): string {
  const name = JSON.stringify(parts);
  const bytes = Buffer.allocUnsafe(NAMESPACE.length + Buffer.byteLength(name));
  bytes.set(NAMESPACE);
  bytes.write(name, NAMESPACE.length);
  const hex = hash('sha1', bytes, 'hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0b11) | 0b1000).toString(16);
  const [low, middle, node] = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(20, 32)];
  return `${low}-${middle}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${node}`;
}

/** ordinal: how often this milestone was issued in this generation, from 1. Never the runId: a reset must not announce again. */
export const milestoneEventId = (of: {
  contentId: string;
  generation: number;
  topic: string;
  milestone: string;
  ordinal: number;
}): string => idOf(of.contentId, of.generation, of.topic, of.milestone, of.ordinal);

export const noticeEventId = (of: { userId: string; type: string; cause: string }): string =>
  idOf(of.userId, of.type, of.cause);

/** A decision of another service has no id of its own. at: the envelope's timestamp, ms. */
export const foreignDecisionId = (of: {
  contentId: string;
  reviewerId: string;
  decision: string;
  at: number;
}): string => idOf(of.contentId, 'decision', of.reviewerId, of.decision, of.at);

/** An update of a media asset that came over HTTP has no id of its own. version: ms; bodyHash: hex. */
export const assetEventId = (of: { episodeId: string; version: number; bodyHash: string }): string =>
  idOf(of.episodeId, 'asset', of.version, of.bodyHash);

/** With sorted keys: the same JSON value gives the same text, whatever order its fields were written in. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.keys(fields)
      .sort()
      .map((name) => [name, sorted(fields[name])]),
  );
}

/** sha256 of the canonical form. The topic is part of it: the same fields on another topic are another message. */
export const payloadHash = (topic: string, payload: unknown): Buffer =>
  hash('sha256', `${topic}\n${JSON.stringify(sorted(payload))}`, 'buffer');
