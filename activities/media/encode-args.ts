import type { AudioRung, Rung, VideoRung } from '../../contracts/model/work';
import type { SourceProbe } from './source-probe';

/** Every rung starts a group of pictures on this grid, so that a player can switch at any of its points. */
const KEYFRAME_SECONDS = 2;

/** Quick, and 10 to 15 % larger than `medium` at the same quality, below the bound of the rung anyway. */
const PRESET = 'veryfast';

/** Constant quality below the bound; easy pictures cost less than the rung allows. */
const CRF = 23;

/** Past the end of the source; more would be frames that a jump of its clock invented. */
const OVERRUN_SECONDS = 2;

interface RenditionArgsInput {
  readonly rung: Rung;
  readonly probe: SourceProbe;
  readonly threads?: number | undefined;
}

/** How long the rendition must get: the end of its own stream where known, else that of the container. */
export function sourceSeconds(probe: SourceProbe, kind: Rung['kind']): number {
  const stream = kind === 'video' ? probe.video : probe.audio;
  return stream?.endSeconds ?? probe.durationSeconds;
}

/** Everything between input and output of ffmpeg's command line. */
export function renditionArgs({ rung, probe, threads = 0 }: RenditionArgsInput): string[] {
  const stream = rung.kind === 'video' ? probe.video : probe.audio;
  return [
    ...['-map', `0:${String(stream?.index ?? 0)}`, '-map_metadata', '-1', '-map_chapters', '-1', '-sn', '-dn'],
    ...(rung.kind === 'video' ? videoArgs(rung) : audioArgs(rung)),
    ...['-threads', String(threads)],
    ...['-t', String(sourceSeconds(probe, rung.kind) + OVERRUN_SECONDS)],
    ...['-movflags', '+faststart'],
  ];
}

function videoArgs({ width, height, bitrate, frameRate }: VideoRung): string[] {
  const filter = [
    // A constant rate from time 0 on, before anything else: all rungs then have the same frames at the same times.
    `fps=fps=${frameRate}:start_time=0`,
    `scale=${String(width)}:${String(height)}`,
    // Rounding to even sizes leaves a pixel shape of 1280:1281 and the like.
    'setsar=1',
  ];
  return [
    ...['-an', '-vf', filter.join(','), '-pix_fmt', 'yuv420p'],
    ...['-c:v', 'libx264', '-preset', PRESET, '-crf', String(CRF)],
    ...['-maxrate', String(bitrate), '-bufsize', String(bitrate * 2)],
    // Only the grid makes key frames: one at a scene cut would stand elsewhere in every rung.
    ...['-force_key_frames', `expr:gte(t,n_forced*${String(KEYFRAME_SECONDS)})`, '-sc_threshold', '0'],
  ];
}

function audioArgs({ bitrate, channels, sampleRate, lang }: AudioRung): string[] {
  return [
    // Gaps become silence and a late start is padded, so that sound stays with the picture that is encoded apart.
    ...['-vn', '-af', 'aresample=async=1:first_pts=0'],
    ...['-c:a', 'aac', '-profile:a', 'aac_low', '-b:a', String(bitrate)],
    ...['-ac', String(channels), '-ar', String(sampleRate)],
    ...['-metadata:s:a:0', `language=${lang}`],
  ];
}
