import type { Logger } from '../../platform/log';
import { readPauses, writePause, type Pause } from '../../platform/postgres/pauses';
import type { Pool } from '../../platform/postgres/pool';
import type { PauseCode } from '../../contracts/model/pauses';

/** What a process knows of the pauses of all of them. */
export interface Pauses {
  /** Paused and not resumed. */
  isPaused(scope: string): boolean;
  /** The last pause of the scope, resumed or not. */
  last(scope: string): Pause | undefined;
  pause(scope: string, code: PauseCode, reason: string): Promise<void>;
  /** All that wait for a person. */
  waiting(): Pause[];
  stop(): Promise<void>;
}

/** How late another process, or a person's resume, is heard of. One small statement each time. */
const LOOK_MS = 2_000;

/** isOurs: which scopes this process waits for; default all. */
export async function watchPauses(
  pool: Pool,
  log: Logger,
  isOurs: (scope: string) => boolean = () => true,
): Promise<Pauses> {
  let known = new Map<string, Pause>();
  const look = async (): Promise<void> => {
    known = new Map((await readPauses(pool)).filter(({ scope }) => isOurs(scope)).map((pause) => [pause.scope, pause]));
  };
  await look();
  let looking: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    looking = look().catch((error: unknown) => {
      log.debug({ err: error }, 'pauses could not be read; what was known goes on');
    });
  }, LOOK_MS);
  const isWaiting = (pause: Pause | undefined): boolean => pause?.resumedAt === null;
  return {
    isPaused: (scope) => isWaiting(known.get(scope)),
    last: (scope) => known.get(scope),
    pause: async (scope, code, reason) => {
      await writePause(pool, { scope, code, reason });
      log.error({ scope, code, reason }, 'paused; see reelway bridge status');
      await look();
    },
    waiting: () => [...known.values()].filter(isWaiting),
    stop: async () => {
      clearInterval(timer);
      await looking;
    },
  };
}
