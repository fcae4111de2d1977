import type { ErrorCode } from '../../contracts/model/errors';
import type { Policy } from '../../contracts/model/policy';
import { messageOf } from '../../platform/errors';
import { reached } from '../../platform/faults';
import type { Logger } from '../../platform/log';
import type { OpenRow } from '../../platform/postgres/inbox';
import type { ClaimedKey } from '../../platform/postgres/inbox-keys';
import type { Pool } from '../../platform/postgres/pool';
import type { RoutingState } from '../../platform/postgres/starts';
import type { LifecycleInput } from '../../workflows/messages';
import { backOffMs } from './back-off';
import { beginNext } from './begin';
import type { Runs } from './deliver';
import { sendHalving, type Sent } from './halve';
import { firstThatFit, MAX_START_AGE_MS, type Delivery, type Plan } from './plan';
import type { RowEnd, Settlement } from './settle';

export interface RouteDeps {
  pool: Pool;
  runs: Runs;
  policy: Policy;
  log: Logger;
}

export interface PlannedKey {
  claim: ClaimedKey;
  content: RoutingState | undefined;
  plan: Plan;
  /** More open rows may be there than the plan is about: the key is due again at once. */
  isFull: boolean;
  /** Its start waits until a person resumes the starts. */
  held?: boolean;
}

/** How soon a start that was held back is looked at again. */
const HELD_MS = 5_000;

type Ends = Settlement['rows'];
function endDead({ log }: RouteDeps, rows: OpenRow[], code: ErrorCode, why: (row: OpenRow) => string): Ends {
  return rows.map((row) => {
    const reason = why(row);
    log.warn({ code, reason, contentId: row.orderingKey, rowId: row.rowId }, 'dead letter');
    return { row, end: 'dead', why: { code, reason } };
  });
}
const endAll = (rows: OpenRow[], end: Exclude<RowEnd, 'dead'>): Ends => rows.map((row) => ({ row, end }));

/** Nothing was done for the key; it is due at once. */
export const givenBack = ({ claim }: PlannedKey): Settlement => ({
  ...{ claim, rows: [], started: null, takenBack: null, code: null, againInMs: 0 },
});

/** Carries a plan out for one key; whatever Temporal does, the answer says what to write and when to come again. */
export async function routeKey(deps: RouteDeps, planned: PlannedKey): Promise<Settlement> {
  const { claim, plan } = planned;
  const sure: Ends = [
    ...endAll(plan.told, 'told'),
    ...endAll(plan.late, 'late'),
    ...endAll(plan.park, 'parked'),
    ...endDead(deps, plan.tooOld, 'START_TOO_OLD', tooOld),
  ];
  const settlement: Settlement = {
    ...{ claim, rows: sure, started: null, takenBack: null, code: null },
    againInMs: planned.isFull ? 0 : null,
  };
  if (planned.held) return { ...settlement, code: 'STARTS_PAUSED', againInMs: HELD_MS };
  if (plan.deliver === null) return settlement;
  try {
    return await deliver(deps, planned, plan.deliver, settlement);
  } catch (error) {
    // Temporal is away, busy or slow: never an end for a fact, however long it lasts.
    const againInMs = backOffMs(claim.attempts);
    deps.log.warn(
      { err: messageOf(error), contentId: claim.key, attempts: claim.attempts, againInMs },
      'not delivered',
    );
    return { ...settlement, code: 'SERVICE_UNREACHABLE', againInMs };
  }
}

async function deliver(deps: RouteDeps, planned: PlannedKey, delivery: Delivery, settlement: Settlement) {
  const { claim, content } = planned;
  switch (delivery.how) {
    case 'signal': {
      const sent = await sendHalving(firstThatFit(delivery.rows, null), (rows) => deps.runs.signal(claim.key, rows));
      if (sent.answer === 'too-large') return bury(deps, settlement, sent.rows);
      return after(sent, settlement, { of: delivery.rows, started: null });
    }
    case 'start':
    case 'start-again': {
      const input = startInput(deps.policy, claim.key, content);
      return start(deps, input, delivery, settlement);
    }
    case 'next-generation':
      return nextGeneration(deps, planned, delivery, settlement);
  }
}

type Start = Exclude<Delivery, { how: 'signal' }>;

/** A start that is repeated says what it said the first time. */
function startInput(policy: Policy, contentId: string, content: RoutingState | undefined): LifecycleInput {
  const stored = content?.phase === 'starting' ? (content.input as LifecycleInput | null) : null;
  return stored ?? { contentId, generation: 1, policy };
}

async function start(deps: RouteDeps, input: LifecycleInput, { rows: all, cause }: Start, settlement: Settlement) {
  const sent = await sendHalving(firstThatFit(all, cause), (rows) => deps.runs.start(input, rows, cause));
  const started = input.generation;
  if (sent.answer !== 'too-large') return after(sent, settlement, { of: all, started });
  const buried = bury(deps, settlement, sent.rows);
  // An earlier try of this very start may have been accepted, under another limit.
  return (await deps.runs.isOpen(settlement.claim.key)) ? { ...buried, started } : { ...buried, takenBack: started };
}

/** What Temporal refuses alone will never be taken: a dead letter, and the rest of the key goes on. */
const bury = (deps: RouteDeps, settlement: Settlement, rows: OpenRow[]): Settlement => ({
  ...settlement,
  rows: [...settlement.rows, ...endDead(deps, rows, 'FACT_TOO_LARGE', tooLarge)],
  againInMs: 0,
});

const tooLarge = ({ bytes }: OpenRow): string =>
  `Temporal refused the fact alone as too large; it has ${String(bytes)} bytes`;

const DAY_MS = 24 * 60 * 60 * 1000;
const tooOld = ({ ageMs }: OpenRow): string =>
  `the record was ${((ageMs ?? 0) / DAY_MS).toFixed(1)} days old when it came in; an upload begins nothing after ${String(MAX_START_AGE_MS / DAY_MS)}`;

/** How soon we look again whether the earlier run has closed; it does so within one workflow task. */
const CLOSING_MS = 500;

async function nextGeneration(deps: RouteDeps, planned: PlannedKey, delivery: Start, settlement: Settlement) {
  const { claim, content } = planned;
  // A run that is about to close may still open again: only a closed one is followed by the next.
  if (await deps.runs.isOpen(claim.key)) return { ...settlement, code: 'CONTENT_FINISHED', againInMs: CLOSING_MS };
  const generation = (content?.generation ?? 1) + 1;
  const next = await beginNext(deps.pool, deps.policy, generation, { claim, cause: delivery.cause });
  if (next.begun) return start(deps, next.input, delivery, settlement);
  if (next.because === 'late') return { ...settlement, rows: [...settlement.rows, ...endAll(delivery.rows, 'late')] };
  deps.log.error({ contentId: claim.key }, 'flagged content has nothing that a new generation could begin with');
  return { ...settlement, code: 'INTERNAL', againInMs: backOffMs(claim.attempts) };
}

interface Asked {
  /** All that was to be delivered; what did not fit goes with the next signal. */
  of: OpenRow[];
  started: number | null;
}

async function after(sent: Sent, settlement: Settlement, { of, started }: Asked): Promise<Settlement> {
  if (sent.answer === 'missing') {
    return { ...settlement, code: 'RUN_MISSING', againInMs: backOffMs(settlement.claim.attempts) };
  }
  await reached('bridge.after-signal');
  return {
    ...settlement,
    rows: [...settlement.rows, ...endAll(sent.rows, 'delivered')],
    started,
    againInMs: sent.rows.length < of.length ? 0 : settlement.againInMs,
  };
}
