import { mediaWork } from '../media-work';
import type { LifecycleRun } from '../run';
import { placeOf } from '../state/state';
import { takesOver } from '../state/take-over';

/** Both encrypted sets from the same renditions; the fact counts once they were verified. */
export async function packageContent(run: LifecycleRun): Promise<void> {
  const state = run.started();
  run.registerCompensation('package');
  const { manifests, takenOver } = await mediaWork(run, {
    stage: 'package',
    name: 'packageContent',
    summary: 'package DASH (cenc) and HLS (cbcs)',
    input: {
      place: placeOf(state),
      renditions: state.encoded,
      set: state.taken?.packageSet ?? 1,
      ...(takesOver(state, 'package') && { takeOver: true as const }),
    },
  });
  run.update((now) => ({ ...now, manifests }));
  // Others have heard of that set.
  if (takenOver) return;
  run.tell('media.drm.packaged', 'packaged', {
    content_id: state.contentId,
    hls_manifest_url: manifests.hls,
    dash_manifest_url: manifests.dash,
    cek_id: manifests.cekId,
  });
}
