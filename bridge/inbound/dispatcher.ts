import type { Policy } from '../../contracts/model/policy';
import type { Logger } from '../../platform/log';
import { claimKeys, type ClaimedKey } from '../../platform/postgres/inbox-keys';
import { openRows, type OpenRow } from '../../platform/postgres/inbox';
import type { Pool } from '../../platform/postgres/pool';
import { routingStates } from '../../platform/postgres/starts';
import { backOffMs } from './back-off';
import { beginFirst, type PlannedStart } from './begin';
import type { Runs } from './deliver';
import { MAX_FACTS, planFor } from './plan';
import { givenBack, routeKey, type PlannedKey } from './route-key';
import { CONSUMER } from './routes';
import { createSettler, type Settlement } from './settle';
import type { StartGuard } from './start-guard';

export interface DispatcherDeps {
  pool: Pool;
  runs: Runs;
  policy: Policy;
  guard: StartGuard;
  log: Logger;
  /** Keys on their way to Temporal at the same time. */
  concurrency: number;
  onRouted?(settlement: Settlement, ms: number): void;
}

export interface Dispatcher {
  /** Something came in: look now. */
  wake(): void;
  /** Resolves when what was under way has ended. */
  stop(): Promise<void>;
}

/** A wait for a call, one call of at most 8 s and its settlement; a key whose holder died is somebody else's after this. */
const LEASE_MS = 15_000;
/** A key that has waited longer for its call is given back: the lease might end before the answer comes. */
const LONGEST_WAIT_MS = 5_000;
/** Keys of one claim, and of one settlement: each costs about a dozen statements, however many they are. */
const KEYS_AT_ONCE = 128;
/** What another process took in, and keys that back off, are seen this late; one small statement each time. */
const POLL_MS = 500;

/**
 * Brings open facts to their runs: keys side by side, also across processes, the facts of one key in order. While calls
 * are under way the next keys are claimed and planned, so that no call waits for Postgres.
 */
export function startDispatcher(deps: DispatcherDeps): Dispatcher {
  const { log, concurrency } = deps;
  const alarm = createAlarm();
  const queue: Waiting[] = [];
  let calling = 0;
  /** Claimed, and neither settled nor given up. */
  let held = 0;
  let stopping = false;
  let failures = 0;
  const settler = createSettler(deps.pool, {
    most: KEYS_AT_ONCE,
    isBusy: () => calling + queue.length > 0,
    onFailure: (error) => {
      log.warn({ err: error }, 'what became of facts could not be written; they are delivered again');
    },
  });

  const run = async (): Promise<void> => {
    while (!stopping) {
      const claimed = queue.length === 0 ? await claim() : null;
      if (claimed === null || claimed.length === 0) await alarm.wait(claimed === null ? LEASE_MS : POLL_MS);
      else await plan(claimed);
    }
    while (held > 0) await alarm.wait(POLL_MS);
  };

  const claim = async (): Promise<ClaimedKey[]> => {
    try {
      const claimed = await claimKeys(deps.pool, KEYS_AT_ONCE, LEASE_MS);
      failures = 0;
      return claimed;
    } catch (error) {
      log.warn({ err: error }, 'keys could not be claimed');
      await alarm.wait(backOffMs(failures++));
      return [];
    }
  };

  const plan = async (claimed: ClaimedKey[]): Promise<void> => {
    const claimedAt = Date.now();
    try {
      const planned = await planKeys(deps, claimed);
      held += planned.length;
      queue.push(...planned.map((one) => ({ one, claimedAt })));
      pump();
    } catch (error) {
      log.warn({ err: error }, 'keys could not be routed; they come back when their lease ends');
    }
  };

  const pump = (): void => {
    while (calling < concurrency) {
      const next = queue.shift();
      if (!next) return;
      void carryOut(next);
      if (queue.length === 0) alarm.ring();
    }
  };

  const carryOut = async (waiting: Waiting): Promise<void> => {
    try {
      await settler.settle(await call(waiting));
    } catch (error) {
      log.error({ err: error, contentId: waiting.one.claim.key }, 'a key could not be routed');
    } finally {
      held -= 1;
      alarm.ring();
    }
  };

  const call = async ({ one, claimedAt }: Waiting): Promise<Settlement> => {
    if (Date.now() - claimedAt > LONGEST_WAIT_MS) return givenBack(one);
    const startedAt = performance.now();
    calling += 1;
    try {
      const settlement = await routeKey(deps, one);
      deps.onRouted?.(settlement, performance.now() - startedAt);
      return settlement;
    } finally {
      calling -= 1;
      pump();
    }
  };

  const running = run();
  return {
    wake: () => {
      alarm.ring();
    },
    stop: async () => {
      stopping = true;
      alarm.ring();
      await running;
    },
  };
}

/** A key that waits for a free call. */
interface Waiting {
  one: PlannedKey;
  claimedAt: number;
}

/** What to do with each key; first starts are rows by then. A key whose start somebody else was quicker with is left out. */
async function planKeys(deps: DispatcherDeps, claimed: ClaimedKey[]): Promise<PlannedKey[]> {
  const keys = claimed.map((one) => one.key);
  // Rows before contents: a phase that moves in between is the newer one.
  const rows = await openRows(deps.pool, CONSUMER, keys, MAX_FACTS);
  const contents = await routingStates(deps.pool, keys);
  const planned = claimed.map((claim): PlannedKey => {
    const content = contents.get(claim.key);
    const open = rows.filter((row) => row.orderingKey === claim.key);
    return { claim, content, plan: planFor(content, open), isFull: isFull(open) };
  });
  deps.guard.count(planned.reduce((sum, { plan }) => sum + plan.late.filter(isUpload).length, 0));
  if (deps.guard.isPaused()) return planned.map((one) => (one.plan.deliver?.how === 'start' ? heldBack(one) : one));
  const begun = await beginFirst(deps.pool, deps.policy, planned.flatMap(toStart));
  return planned.flatMap((one) => {
    const { deliver } = one.plan;
    if (deliver?.how !== 'start') return [one];
    const open = begun.get(one.claim.key);
    if (!open) return [];
    const dead = new Set(one.plan.tooOld.map((row) => row.rowId));
    const rows = open.filter((row) => !dead.has(row.rowId));
    return [{ ...one, plan: { ...one.plan, deliver: { ...deliver, rows } }, isFull: isFull(open) }];
  });
}

/** As many rows as are read at once: there may be more. */
const isFull = (open: OpenRow[]): boolean => open.length >= MAX_FACTS;

const isUpload = (row: OpenRow): boolean => row.fact.body.kind === 'upload';

/** It stays open, and comes again until starts are resumed. */
const heldBack = (one: PlannedKey): PlannedKey => ({ ...one, plan: { ...one.plan, deliver: null }, held: true });

const toStart = ({ claim, plan: { deliver } }: PlannedKey): PlannedStart[] =>
  deliver?.how === 'start' ? [{ claim, cause: deliver.cause }] : [];

/** A sleep that something can end early; a ring while nobody sleeps ends the next sleep at once. */
function createAlarm(): { wait(ms: number): Promise<void>; ring(): void } {
  let rung = false;
  let wakeUp: (() => void) | null = null;
  return {
    wait: async (ms) => {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wakeUp = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      rung = false;
      wakeUp = null;
    },
    ring: () => {
      rung = true;
      wakeUp?.();
    },
  };
}
