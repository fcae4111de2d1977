import { ReelwayError } from '../../contracts/model/errors';
import type { RenditionRef } from '../../contracts/model/facts';
import type { TranscodeResult, TranscodedView } from '../../contracts/model/work';
import { Encoders } from '../encoders';
import type { LifecycleRun } from '../run';
import { parkedRenditions } from '../state/attempts';
import { patchStage } from '../state/state';

/** Every rendition of the ladder side by side; one that fails withholds no other and is retried on its own. */
export async function transcode(run: LifecycleRun): Promise<void> {
  run.registerCompensation('transcode');
  await new Encoders(run).encodeAll();
  const [failed] = parkedRenditions(run.state);
  if (failed) throw new ReelwayError(failed.code ?? 'INTERNAL', `${failed.label}: ${failed.message ?? ''}`);
  if (run.state.renditions.some((one) => one.status === 'PENDING')) {
    // Held before a retried one could begin.
    run.update((state) => patchStage(state, 'transcode', { status: 'PENDING' }));
    return;
  }
  tellTranscoded(run);
}

function tellTranscoded(run: LifecycleRun): void {
  const transcoded = transcodedView(run.state.encoded);
  run.update((state) => ({ ...state, transcoded }));
  // Others have heard of these renditions.
  if (run.state.encoded.every((one) => one.takenOver)) return;
  run.tell('media.transcoded', 'transcoded', {
    content_id: run.state.contentId,
    renditions: transcoded.renditions,
    audio_tracks: transcoded.audioTracks,
    duration_seconds: transcoded.durationSeconds,
  });
}

/** Sorted lowest first, however the encoders finished, so that the announcement is the same on every path. */
function transcodedView(encoded: TranscodeResult[]): TranscodedView {
  const byBitrate = [...encoded].sort((a, b) => a.rung.bitrate - b.rung.bitrate);
  const seconds = Math.max(...encoded.map((one) => one.durationSeconds));
  return {
    renditions: byBitrate.flatMap(renditionRef),
    audioTracks: byBitrate
      .filter((one) => one.rung.kind === 'audio')
      .map((one) => ({ bitrate: one.rung.bitrate, lang: one.lang, s3_key: one.key })),
    durationSeconds: Math.max(1, Math.round(seconds)),
  };
}

function renditionRef({ rung, key }: TranscodeResult): RenditionRef[] {
  if (rung.kind !== 'video') return [];
  return [{ resolution: `${String(Math.min(rung.width, rung.height))}p`, bitrate: rung.bitrate, s3_key: key }];
}
