import type { Activities, Rung, TranscodeInput, TranscodeResult } from '../../../contracts/model/work';

const video = (label: string, width: number, height: number, bitrate: number): Rung => ({
  ...{ kind: 'video', label, width, height, bitrate },
  frameRate: '25/1',
});

/** As planned for a 1080p source with sound. */
const LADDER: Rung[] = [
  video('360p', 640, 360, 400_000),
  video('480p', 854, 480, 800_000),
  video('720p', 1280, 720, 2_500_000),
  video('1080p', 1920, 1080, 5_000_000),
  { kind: 'audio', label: 'a192', bitrate: 192_000, channels: 2, sampleRate: 48_000, lang: 'en' },
];

const PROBE = {
  ...{ container: 'mp4', bytes: 1_000_000, durationSeconds: 60, durationDeclared: true, streams: 2 },
  ...{ video: null, audio: null },
};

/** Answers of the real sizes, at once. */
export const noOpActivities: Activities = {
  verifyUpload: () => Promise.resolve({ sha256: 'a'.repeat(64), bytes: 1_000_000, probe: PROBE, ladder: LADDER }),
  transcodeRendition: (input: Partial<TranscodeInput>) => Promise.resolve(rendition(input.rung)),
  runCheck: ({ check }) => Promise.resolve({ check, flags: [], metadataVersion: 1 }),
  recordVerdict: () => Promise.resolve({ openFlags: 0 }),
  packageContent: () =>
    Promise.resolve({ manifests: { hls: '/c/master.m3u8', dash: '/c/manifest.mpd', cekId: 'cek' }, reused: false }),
  publishContent: () =>
    Promise.resolve({ title: 'A title', categories: ['news'], creatorId: 'creator-1', wasVisible: false }),
  announce: () => Promise.resolve({ refused: [] }),
  removeOutputs: () => Promise.resolve({ removed: 0 }),
  withdrawContent: () => Promise.resolve(),
  tellSubscribers: () => Promise.resolve({ told: 0, total: 0, ended: true, stopped: null }),
  tellExpiring: () => Promise.resolve({ told: 0, expired: 0 }),
  reconcile: () => Promise.resolve({ contents: 0, runs: 0, found: {}, repaired: [] }),
};

const rendition = (rung: Rung = video('360p', 640, 360, 400_000)): TranscodeResult => ({
  ...{ rung, bytes: 1_000_000, sha256: 'b'.repeat(64), durationSeconds: 60, lang: 'en', reused: false },
  key: `GLOBAL/content/g1/r1/transcode/${rung.label}/a1-00000000/${rung.label}.mp4`,
});
