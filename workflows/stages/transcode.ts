import { isCancellation } from '@temporalio/workflow';
import { ReelwayError } from '../../contracts/model/errors';
import type { RenditionRef } from '../../contracts/model/facts';
import type { RenditionView } from '../../contracts/model/lifecycle';
import type { Rung, TranscodeResult, TranscodedView, VerifyUploadResult } from '../../contracts/model/work';
import { allEnded, stageFailure, type StageFailure } from '../failure';
import type { LifecycleRun } from '../run';
import { placeOf, type LifecycleState } from '../state/state';
import { takesOver } from '../state/take-over';

/** Every rendition of the ladder side by side; one that fails withholds no other and is retried on its own. */
export async function transcode(run: LifecycleRun): Promise<void> {
  const source = run.started().source;
  const missing = (source?.ladder ?? []).filter((rung) => !isEncoded(run.state, rung));
  run.registerCompensation('transcode');
  const failures = await allEnded(missing.map((rung) => encode(run, source, rung)));
  const failure = failures.find((one) => one !== null);
  if (failure) throw new ReelwayError(failure.code, failure.message ?? undefined);
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

const isEncoded = (state: LifecycleState, rung: Rung): boolean =>
  state.encoded.some((one) => one.rung.label === rung.label);

async function encode(run: LifecycleRun, source: VerifyUploadResult | null, rung: Rung): Promise<StageFailure | null> {
  const state = run.started();
  const { sha256, probe } = source ?? {};
  if (!sha256 || !probe) return { code: 'INTERNAL', message: 'transcode began without a probed source' };
  markRendition(run, rung, { status: 'RUNNING', code: null });
  try {
    const done = await run
      .media('transcode')
      .transcodeRendition.executeWithOptions({ summary: `encode ${rung.label}` }, [
        {
          ...{ place: placeOf(state), rawKey: state.upload.rawKey, sourceSha256: sha256, probe, rung },
          ...(takesOver(state, 'transcode') && { takeOver: true as const }),
        },
      ]);
    run.update((now) => ({ ...now, encoded: [...now.encoded, done] }));
    markRendition(run, rung, { status: 'DONE', code: null });
    return null;
  } catch (error) {
    if (isCancellation(error)) {
      markRendition(run, rung, { status: 'CANCELLED', code: null });
      throw error;
    }
    const failure = stageFailure(error);
    markRendition(run, rung, { status: 'PARKED', code: failure.code });
    return { ...failure, message: `${rung.label}: ${failure.message ?? ''}` };
  }
}

function markRendition(run: LifecycleRun, rung: Rung, patch: Pick<RenditionView, 'status' | 'code'>): void {
  run.update((state) => ({
    ...state,
    renditions: state.renditions.map((one) => (one.label === rung.label ? { ...one, ...patch } : one)),
  }));
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
