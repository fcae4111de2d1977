import { STARTS_SCOPE } from '../../contracts/model/pauses';
import type { Logger } from '../../platform/log';
import type { Pauses } from './pauses';

const WINDOW_MS = 60_000;
/** A person who resumed has looked: the rest of the same replay must not stop it again at once. */
const OFF_AFTER_RESUME_MS = 60 * 60_000;

export interface StartGuard {
  /** Uploads of finished content, or from below a watermark: one now and then is normal, many are a replay. */
  count(uploads: number): void;
  isPaused(): boolean;
}

/** Pauses the starts of new content when uploads of content that is long finished come faster than `perMinute`. */
export function createStartGuard(
  deps: { perMinute: number; pauses: Pauses; onTrip(uploads: number): void; log: Pick<Logger, 'warn'> },
  now: () => number = Date.now,
): StartGuard {
  const { pauses, perMinute } = deps;
  let seen: { at: number; uploads: number }[] = [];
  const isOff = (): boolean => {
    const resumedAt = pauses.last(STARTS_SCOPE)?.resumedAt;
    return resumedAt instanceof Date && now() - resumedAt.getTime() < OFF_AFTER_RESUME_MS;
  };
  return {
    isPaused: () => pauses.isPaused(STARTS_SCOPE),
    count: (uploads) => {
      if (uploads === 0) return;
      deps.onTrip(uploads);
      seen = [...seen.filter(({ at }) => at > now() - WINDOW_MS), { at: now(), uploads }];
      const inWindow = seen.reduce((sum, one) => sum + one.uploads, 0);
      if (inWindow <= perMinute || pauses.isPaused(STARTS_SCOPE) || isOff()) return;
      const reason = `${String(inWindow)} uploads of finished or long known content in a minute: a topic is being read again`;
      // What was counted stays: where this fails, the next upload of that kind tries again.
      pauses.pause(STARTS_SCOPE, 'STARTS_PAUSED', reason).catch((error: unknown) => {
        deps.log.warn({ err: error }, 'starts could not be paused');
      });
    },
  };
}
