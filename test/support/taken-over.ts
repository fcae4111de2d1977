import type { TakenOver } from '../../contracts/model/generation';
import type { Rung, TranscodeResult } from '../../contracts/model/work';

const RUNG: Rung = { kind: 'video', label: '360p', width: 640, height: 360, bitrate: 400_000, frameRate: '25/1' };

export const RENDITION: TranscodeResult = {
  ...{ rung: RUNG, key: 'GLOBAL/c/g1/r1/transcode/360p/a1/360p.mp4', bytes: 1, sha256: 'x', durationSeconds: 5 },
  ...{ lang: 'und', reused: false },
};

export const OLD_SET = { hls: 'c/old.m3u8', dash: 'c/old.mpd', cekId: 'cek-old' };

/** As a reprocess from package of content that viewers see begins. */
export const takenOver = (patch: Partial<TakenOver> = {}): TakenOver => ({
  revision: 1,
  upload: {
    ...{ uploadSessionId: 's-1', creatorId: 'creator-1', rawKey: 'raw/c/s-1/clip.mp4', residency: 'GLOBAL' as const },
    ...{ contentType: 'VIDEO' as const, at: 1_000 },
  },
  done: ['upload', 'transcode', 'moderate'],
  anew: 'package',
  source: { sha256: 'abc', bytes: 10, probe: { container: 'mp4' } as never, ladder: [RUNG] },
  encoded: [RENDITION],
  transcoded: { renditions: [], audioTracks: [], durationSeconds: 5 },
  manifests: null,
  visibility: 'PUBLISHED',
  live: { manifests: OLD_SET, visibility: 'PUBLISHED' },
  decision: { decisionId: 'd-1', decision: 'APPROVED', actor: 'auto', reason: 'fine', at: 2_000, by: 'auto' },
  checkedVersion: 1,
  flags: [],
  review: false,
  packageSet: 2,
  ...patch,
});
