import { CancellationScope, condition, isCancellation, patched } from '@temporalio/workflow';
import { ReelwayError } from '../contracts/model/errors';
import type { Rung } from '../contracts/model/work';
import { stageFailure } from './failure';
import type { LifecycleRun } from './run';
import { patchRendition } from './state/renditions';
import { placeOf } from './state/state';
import { takesOver } from './state/take-over';

const PARKED_BESIDE_OTHERS = 'parked-beside-others';

/** The encoders of a content, side by side: each ends, fails, is begun again or is left out on its own. */
export class Encoders {
  private readonly running = new Map<string, CancellationScope>();
  private cancelled: unknown = null;

  constructor(private readonly run: LifecycleRun) {}

  /** Resolves once nothing is left to encode, with what was retried meanwhile. Throws only where the stage is cancelled. */
  async encodeAll(): Promise<void> {
    do {
      for (const rung of this.pending()) this.begin(rung);
      // In a cancel the encoders end by themselves, and must be gone before what they wrote is removed.
      await CancellationScope.nonCancellable(() => condition(() => this.isDue()));
      for (const scope of this.leftOut()) scope.cancel();
    } while (this.running.size > 0 || this.pending().length > 0);
    if (this.cancelled !== null) throw this.cancelled as Error;
  }

  private isDue(): boolean {
    return this.running.size === 0 || this.pending().length > 0 || this.leftOut().length > 0;
  }

  private pending(): Rung[] {
    const { hold, source, renditions } = this.run.state;
    if (hold || this.cancelled !== null) return [];
    return (source?.ladder ?? []).filter(({ label }) =>
      renditions.some((one) => one.label === label && one.status === 'PENDING' && !this.running.has(label)),
    );
  }

  /** At work on a rendition that an admin skipped, and not told yet. */
  private leftOut(): CancellationScope[] {
    const skipped = this.run.state.renditions.filter((one) => one.status === 'SKIPPED');
    return skipped.flatMap(({ label }) => {
      const scope = this.running.get(label);
      return scope && !scope.consideredCancelled ? [scope] : [];
    });
  }

  private begin(rung: Rung): void {
    const scope = new CancellationScope({ cancellable: true });
    this.running.set(rung.label, scope);
    void scope.run(() => this.encode(rung));
  }

  private async encode(rung: Rung): Promise<void> {
    const { label } = rung;
    const { renditions } = this.run.state;
    const attempt = (renditions.find((one) => one.label === label)?.attempt ?? 0) + 1;
    this.run.update((state) => patchRendition(state, label, { status: 'RUNNING', code: null, attempt }));
    try {
      const done = await this.encoder(rung);
      this.running.delete(label);
      if (this.isLeftOut(label)) return;
      this.run.update((state) => ({ ...state, encoded: [...state.encoded, done] }));
      this.run.update((state) => patchRendition(state, label, { status: 'DONE', code: null }));
    } catch (error) {
      this.running.delete(label);
      this.fail(label, error);
    }
  }

  private encoder(rung: Rung) {
    const state = this.run.started();
    const { sha256, probe } = state.source ?? {};
    if (!sha256 || !probe) throw new ReelwayError('INTERNAL', 'transcode began without a probed source');
    return this.run.media('transcode').transcodeRendition.executeWithOptions({ summary: `encode ${rung.label}` }, [
      {
        ...{ place: placeOf(state), rawKey: state.upload.rawKey, sourceSha256: sha256, probe, rung },
        ...(takesOver(state, 'transcode') && { takeOver: true as const }),
      },
    ]);
  }

  private isLeftOut(label: string): boolean {
    return this.run.state.renditions.some((one) => one.label === label && one.status === 'SKIPPED');
  }

  private fail(label: string, error: unknown): void {
    if (this.isLeftOut(label)) return;
    if (isCancellation(error)) {
      this.cancelled = error;
      this.run.update((state) => patchRendition(state, label, { status: 'CANCELLED', code: null }));
      return;
    }
    const { code, message } = stageFailure(error);
    // The last one to end stops the stage, which tells of it.
    const parkedAt = this.running.size > 0 && patched(PARKED_BESIDE_OTHERS) ? Date.now() : null;
    this.run.update((state) => patchRendition(state, label, { status: 'PARKED', code, message, parkedAt }));
  }
}
