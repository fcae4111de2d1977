import { randomUUID } from 'node:crypto';
import type { Fact } from '../../contracts/model/facts';

let rows = 0;
const nextRow = (): string => String(++rows);

/** Facts as the bridge makes them; each has an identity of its own unless one is given. */
function fact(key: string, body: Fact['body'], patch: Partial<Fact> = {}): Fact {
  return { row: nextRow(), eventId: randomUUID(), key, at: 1_000, body, ...patch };
}

export const uploadFact = (patch: Partial<Fact> = {}, session = 's-1'): Fact =>
  fact(
    session,
    {
      kind: 'upload',
      uploadSessionId: session,
      creatorId: 'creator-1',
      rawKey: 'raw/c/s-1/clip.mp4',
      residency: 'GLOBAL',
      contentType: 'VIDEO',
    },
    patch,
  );

export const transcodedFact = (patch: Partial<Fact> = {}): Fact =>
  fact(
    'hash-t',
    {
      kind: 'transcoded',
      renditions: [{ resolution: '360p', bitrate: 400_000, s3_key: 'GLOBAL/c/360.mp4' }],
      audioTracks: [],
      durationSeconds: 5,
    },
    { at: 2_000, ...patch },
  );

export const packagedFact = (patch: Partial<Fact> = {}): Fact =>
  fact('hash-p', { kind: 'packaged', hls: '/c/m.m3u8', dash: '/c/m.mpd', cekId: 'cek-1' }, { at: 3_000, ...patch });

export const flaggedFact = (at: number, patch: Partial<Fact> = {}): Fact =>
  fact(
    `flag-${String(at)}`,
    {
      kind: 'flagged',
      flags: [
        { check_type: 'spam', confidence_score: 0.9, flagged_timestamp_start: null, flagged_timestamp_end: null },
      ],
      priority: 'STANDARD',
    },
    { at, ...patch },
  );

export const decidedFact = (
  decision: 'APPROVED' | 'AGE_GATED' | 'EDIT_REQUESTED',
  at: number,
  patch: Partial<Fact> = {},
): Fact =>
  fact(
    `r-1:${decision}:${String(at)}`,
    { kind: 'decided', decisionId: `d-${decision}-${String(at)}`, reviewerId: 'r-1', decision },
    { at, ...patch },
  );
