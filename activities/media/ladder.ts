import type { AudioRung, VideoRung } from '../../contracts/model/work';
import type { SourceAudio, SourceProbe, SourceVideo } from './source-probe';

/** Lowest rung first in both lists. */
export interface LadderPlan {
  readonly video: readonly VideoRung[];
  readonly audio: readonly AudioRung[];
}

export interface PlanLadderInput {
  readonly probe: SourceProbe;
  readonly contentType: 'VIDEO' | 'AUDIO';
}

/** Short edge in pixels, video and audio bit rate in bit/s. */
const VIDEO_LADDER = [
  { edge: 360, video: 400_000, audio: 64_000 },
  { edge: 480, video: 800_000, audio: 128_000 },
  { edge: 720, video: 2_500_000, audio: 128_000 },
  { edge: 1080, video: 5_000_000, audio: 192_000 },
  { edge: 2160, video: 16_000_000, audio: 320_000 },
] as const;

const LOWEST = VIDEO_LADDER[0];

const AUDIO_LADDER = [64_000, 128_000, 256_000, 320_000] as const;

/** AAC-LC is transparent from here on, per channel at 44.1 kHz; more bits would only be padding. */
const ENOUGH_PER_CHANNEL = 160_000;

/** A "128k" file often measures 129k: a rung may be this much above the source. */
const BITRATE_SLACK = 1.05;

/** The renditions to make of a source. Nothing is upscaled: no size, and no bit rate of sound that was lossy already. */
export function planLadder({ probe, contentType }: PlanLadderInput): LadderPlan {
  const { video, audio } = probe;
  if (contentType === 'AUDIO') return { video: [], audio: audio === null ? [] : audioLadder(audio) };
  if (video === null) return { video: [], audio: [] };
  const shortEdge = Math.min(video.width, video.height);
  const steps = VIDEO_LADDER.filter(({ edge }) => edge <= shortEdge);
  const rungs = steps.length === 0 ? [{ ...LOWEST, edge: shortEdge }] : steps;
  const best = rungs.at(-1) ?? LOWEST;
  return {
    video: rungs.map(({ edge, video: bitrate }) => videoRung(video, edge, bitrate)),
    audio: audio === null ? [] : [audioRung(audio, best.audio)],
  };
}

function videoRung(source: SourceVideo, edge: number, bitrate: number): VideoRung {
  const scale = edge / Math.min(source.width, source.height);
  const width = evenSize(source.width, scale);
  const height = evenSize(source.height, scale);
  return {
    kind: 'video',
    label: `${String(Math.min(width, height))}p`,
    width,
    height,
    bitrate,
    frameRate: constantRate(source),
  };
}

/** yuv420p needs even sizes; the nearest one, but never above the source. 2 is the least there is. */
function evenSize(source: number, scale: number): number {
  const nearest = 2 * Math.round((source * scale) / 2);
  const largest = 2 * Math.floor(source / 2);
  return Math.max(2, Math.min(nearest, largest));
}

const STANDARD_RATES = ['24000/1001', '24/1', '25/1', '30000/1001', '30/1', '48/1', '50/1', '60000/1001', '60/1'];

/** Above, a rung of the ladder has too few bits per frame; below, a slide show would have no frame for a segment. */
const MAX_RATE = 60;
const MIN_RATE = 10;

/** A varying rate (telephones, screen recordings) becomes the nearest standard one, or the next whole number. */
function constantRate({ frameRate, constantRate: exact }: SourceVideo): string {
  if (frameRate >= MIN_RATE && frameRate <= MAX_RATE) {
    return exact ?? nearStandard(frameRate) ?? `${String(Math.ceil(frameRate))}/1`;
  }
  if (frameRate > MAX_RATE) return nearStandard(frameRate / Math.ceil(frameRate / MAX_RATE)) ?? `${String(MAX_RATE)}/1`;
  return frameRate > 0 ? `${String(MIN_RATE)}/1` : '30/1';
}

function nearStandard(frameRate: number): string | undefined {
  const value = (rate: string): number => {
    const [num = 0, den = 1] = rate.split('/').map(Number);
    return num / den;
  };
  const off = (rate: string): number => Math.abs(value(rate) / frameRate - 1);
  return STANDARD_RATES.filter((rate) => off(rate) < 0.02).sort((a, b) => off(a) - off(b))[0];
}

function audioLadder(source: SourceAudio): AudioRung[] {
  const most = source.lossless ? losslessNeed(source) : (source.bitrate ?? Infinity) * BITRATE_SLACK;
  return AUDIO_LADDER.filter((bitrate, index) => index === 0 || bitrate <= most).map((bitrate) =>
    audioRung(source, bitrate),
  );
}

const losslessNeed = ({ channels, sampleRate }: SourceAudio): number =>
  ENOUGH_PER_CHANNEL * Math.min(2, channels) * Math.min(1, sampleRate / 44_100);

function audioRung(source: SourceAudio, bitrate: number): AudioRung {
  return {
    kind: 'audio',
    label: `a${String(bitrate / 1000)}`,
    bitrate,
    channels: source.channels === 1 ? 1 : 2,
    sampleRate: source.sampleRate === 44_100 ? 44_100 : 48_000,
    lang: source.lang,
  };
}
