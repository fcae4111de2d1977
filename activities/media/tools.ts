/** Absolute paths of the three programs. Media code never looks them up itself. */
export interface MediaTools {
  readonly ffmpeg: string;
  readonly ffprobe: string;
  readonly packager: string;
}

/** What a source may cost us. Over one of the first four is SOURCE_OVER_LIMIT, the creator's matter. */
export interface MediaLimits {
  readonly maxBytes: number;
  /** Coded width × height of the video stream. */
  readonly maxPixels: number;
  readonly maxDurationSeconds: number;
  /** All streams of the container, also those that are never read. */
  readonly maxStreams: number;
  /** A probe that takes longer is killed: PROBE_FAILED. */
  readonly probeTimeoutMs: number;
  /** A tool without progress for this long is killed: TRANSCODE_STALLED, or PROBE_FAILED while checking a source. */
  readonly stallMs: number;
}

export const DEFAULT_LIMITS: MediaLimits = {
  /** 20 GiB: two hours of camera material at 20 Mbit/s. */
  maxBytes: 20 * 1024 ** 3,
  /** 8K UHD; one frame of it is 50 MB as yuv420p, and decoders hold a dozen. */
  maxPixels: 7680 * 4320,
  /** 6 h: longer than any episode, shorter than a forgotten recording. */
  maxDurationSeconds: 6 * 3600,
  /** Video, many languages, subtitles and fonts fit; a file of thousands of streams is an attack. */
  maxStreams: 64,
  /** A healthy probe takes 50 to 500 ms. */
  probeTimeoutMs: 20_000,
  /** Progress comes every 0.5 s; 30 s of silence is the most work a lost worker may cost. */
  stallMs: 30_000,
};

/** Two durations are equal within this: containers round, encoders pad. The greater of 0.5 s and 1 %. */
export const durationTolerance = (seconds: number): number => Math.max(0.5, seconds * 0.01);

/** The one place that names containers we open. Without the format list an HLS text named .mp4 reads local files. */
const FORMATS = 'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,avi,flv,asf,mp3,wav,flac,ogg,aac';

/** Arguments that open one local file, for ffmpeg and ffprobe alike; nothing else can be opened through it. */
export const inputArgs = (path: string): string[] => [
  ...['-protocol_whitelist', 'file', '-format_whitelist', FORMATS],
  ...['-i', `file:${path}`],
];
