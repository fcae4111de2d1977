import { clock, fields, number, ratio, text, type Fields, type RawProbe } from './ffprobe';

export interface SourceVideo {
  /** Stream index in the container. */
  readonly index: number;
  readonly codec: string;
  /** Size as shown: turned by `rotation`, with square pixels. */
  readonly width: number;
  readonly height: number;
  /** Size as stored; the limit on pixels counts these. */
  readonly codedWidth: number;
  readonly codedHeight: number;
  /** Clockwise degrees that a player turns the picture by: 0, 90, 180 or 270. */
  readonly rotation: number;
  /** Frames per second, the average where the rate varies; 0 where unknown. */
  readonly frameRate: number;
  /** The same as a fraction, such as "30000/1001"; null where it varies or is unknown. */
  readonly constantRate: string | null;
  readonly pixFmt: string;
  /** End of the stream on the container's clock, in seconds; null where the container does not say. */
  readonly endSeconds: number | null;
}

export interface SourceAudio {
  readonly index: number;
  readonly codec: string;
  readonly channels: number;
  readonly sampleRate: number;
  /** BCP-47, "und" where unknown. */
  readonly lang: string;
  /** bit/s; null where unknown. */
  readonly bitrate: number | null;
  readonly lossless: boolean;
  readonly endSeconds: number | null;
}

export interface SourceProbe {
  /** ffprobe's name, such as "mov,mp4,m4a,3gp,3g2,mj2". */
  readonly container: string;
  readonly bytes: number;
  /** Of the longer of the chosen streams. 0 where the container does not say: `verifyWhole` measures it. */
  readonly durationSeconds: number;
  /** False where the duration was guessed or unknown; then `verifyWhole` measures instead of comparing. */
  readonly durationDeclared: boolean;
  readonly video: SourceVideo | null;
  readonly audio: SourceAudio | null;
  /** How many streams of any kind the container has. */
  readonly streams: number;
}

/** Picks the first real video stream (cover art is none) and the first audio stream. */
export function toSourceProbe(raw: RawProbe, bytes: number): SourceProbe {
  const startSeconds = number(raw.format['start_time']) ?? 0;
  const videoStream = raw.streams.find(isRealVideo);
  const audioStream = raw.streams.find((stream) => stream['codec_type'] === 'audio');
  const video = videoStream === undefined ? null : toVideo(videoStream, startSeconds);
  const audio = audioStream === undefined ? null : toAudio(audioStream, startSeconds);
  const duration = longest([video?.endSeconds, audio?.endSeconds]) ?? number(raw.format['duration']);
  return {
    container: text(raw.format['format_name']) ?? 'unknown',
    bytes,
    durationSeconds: duration ?? 0,
    durationDeclared: duration !== null && !raw.durationGuessed,
    video,
    audio: audio === null ? null : withBitrate(audio, video, duration, bytes),
    streams: raw.streams.length,
  };
}

const longest = (ends: readonly (number | null | undefined)[]): number | null =>
  ends.reduce<number | null>((max, end) => (typeof end === 'number' ? Math.max(max ?? 0, end) : max), null);

function isRealVideo(stream: Fields): boolean {
  const disposition = fields(stream['disposition']);
  const cover = disposition['attached_pic'] === 1 || disposition['still_image'] === 1;
  return stream['codec_type'] === 'video' && !cover && (number(stream['width']) ?? 0) > 0;
}

function toVideo(stream: Fields, startSeconds: number): SourceVideo {
  const codedWidth = number(stream['width']) ?? 0;
  const codedHeight = number(stream['height']) ?? 0;
  const rotation = rotationOf(stream);
  const average = ratio(stream['avg_frame_rate']);
  const real = ratio(stream['r_frame_rate']);
  const rate = average ?? real;
  const constant = average !== null && real !== null && average.num * real.den === average.den * real.num;
  return {
    index: number(stream['index']) ?? 0,
    codec: text(stream['codec_name']) ?? 'unknown',
    ...shownSize(codedWidth, codedHeight, rotation, ratio(stream['sample_aspect_ratio'], ':')),
    codedWidth,
    codedHeight,
    rotation,
    frameRate: rate === null ? 0 : rate.num / rate.den,
    constantRate: constant ? `${String(real.num)}/${String(real.den)}` : null,
    pixFmt: text(stream['pix_fmt']) ?? 'unknown',
    endSeconds: endOf(stream, startSeconds),
  };
}

/** Square pixels the way players make them: the lines stay, the width follows the shape of a pixel; then the turn. */
function shownSize(
  codedWidth: number,
  height: number,
  rotation: number,
  pixel: { num: number; den: number } | null,
): { width: number; height: number } {
  const width = pixel === null ? codedWidth : Math.max(1, Math.round((codedWidth * pixel.num) / pixel.den));
  return rotation % 180 === 0 ? { width, height } : { width: height, height: width };
}

/** The display matrix turns counter-clockwise, in any multiple; a player turns by quarters. */
function rotationOf(stream: Fields): number {
  const list = stream['side_data_list'];
  const matrix = Array.isArray(list) ? list.map(fields).find((data) => data['rotation'] !== undefined) : undefined;
  const quarters = Math.round(-(number(matrix?.['rotation']) ?? 0) / 90);
  return (((quarters % 4) + 4) % 4) * 90;
}

const LOSSLESS = /^(pcm_|flac$|alac$|wavpack$|tta$|ape$|truehd$|mlp$)/;

function toAudio(stream: Fields, startSeconds: number): SourceAudio {
  const codec = text(stream['codec_name']) ?? 'unknown';
  return {
    index: number(stream['index']) ?? 0,
    codec,
    channels: number(stream['channels']) ?? 0,
    sampleRate: number(stream['sample_rate']) ?? 0,
    lang: languageTag(text(fields(stream['tags'])['language'])),
    bitrate: number(stream['bit_rate']),
    lossless: LOSSLESS.test(codec),
    endSeconds: endOf(stream, startSeconds),
  };
}

/** Matroska and Ogg give no bit rate per stream: a file of sound alone is nearly nothing but that stream. */
function withBitrate(
  audio: SourceAudio,
  video: SourceVideo | null,
  duration: number | null,
  bytes: number,
): SourceAudio {
  if (audio.bitrate !== null || video !== null || duration === null || duration <= 0) return audio;
  return { ...audio, bitrate: Math.round((bytes * 8) / duration) };
}

/** Containers carry ISO 639-2 ("eng", "yor"); the canonical BCP-47 tag is the short one ("en", "yo"). */
function languageTag(language: string | null): string {
  try {
    return Intl.getCanonicalLocales(language ?? 'und')[0] ?? 'und';
  } catch {
    return 'und';
  }
}

function endOf(stream: Fields, startSeconds: number): number | null {
  const duration = number(stream['duration']);
  // Matroska's tag is an end already, on the clock of the container.
  if (duration === null) return clock(fields(stream['tags'])['DURATION']);
  if (duration <= 0) return null;
  return Math.max(0, (number(stream['start_time']) ?? startSeconds) - startSeconds) + duration;
}
