import { ApplicationFailure } from '@temporalio/common';
import { randomUUID } from 'node:crypto';
import { paced } from '../../../cli/paced';
import { workflowIdOf } from '../../../contracts/model/ids';
import { hold, release, reprioritise, retry } from '../../../operations/commands';
import { retryUpdate } from '../../../workflows/messages';
import { costOf, eventsOf } from '../../support/commands';
import type { Handle } from '../../support/crew';
import { eventually } from '../../support/eventually';
import type { RealCrew } from '../../support/real-crew';
import type { World } from '../../support/world';
import { bareUpdates } from '../baseline/bare-updates';

/** As many as the command line has under way. */
const AT_ONCE = 16;
const MS = 1_000;
/** A park of hundreds, on a machine that is busy with them. */
const PARKED_WITHIN_MS = 300_000;

type VerbMeasured = 'retry' | 'retryAndPark' | 'hold' | 'release' | 'reprioritise';

/** Contents that park at publish, and park there again after each retry. */
export interface Parked {
  /** Retries a second of the operation that the command line calls, begun at most so many a second. */
  bulk(rate: number): Promise<number>;
  /** Retries a second of a loop of updates. */
  bare(): Promise<number>;
  /** Events that each verb adds to a history; a retry with what it begins, up to its park, is `retryAndPark`. */
  events(): Promise<Record<VerbMeasured, number>>;
}

export function withParked<T>(world: World, crew: RealCrew, count: number, work: (parked: Parked) => Promise<T>) {
  const publishContent = () => Promise.reject(ApplicationFailure.nonRetryable('no title', 'METADATA_MISSING'));
  return crew.withWorkers({ publishContent }, async () => {
    const ids = Array.from({ length: count }, (_, index) => `bulk-${String(index)}`);
    for (const contentId of ids) await crew.start({ contentId });
    await allParked(world, count, count);
    return work(parkedOf(world, crew, ids));
  });
}

function parkedOf(world: World, crew: RealCrew, ids: string[]): Parked {
  let attempts = ids.length;
  const parkedAgain = (retried: number): Promise<void> => allParked(world, ids.length, (attempts += retried));
  const timed = async (retryAll: () => Promise<void>): Promise<number> => {
    const began = performance.now();
    await retryAll();
    const seconds = (performance.now() - began) / MS;
    await parkedAgain(ids.length);
    return ids.length / seconds;
  };
  const retryOne = (contentId: string) =>
    retry(crew.deps, { contentId, actor: 'bench', reason: 'bench', commandId: randomUUID() });
  return {
    bulk: (rate) =>
      timed(async () => {
        const pace = { rate, atOnce: AT_ONCE, signal: new AbortController().signal };
        for await (const _answer of paced(ids, pace, retryOne));
      }),
    bare: () => timed(() => bareUpdates(world.temporal.client, retryUpdate.name, ids.map(workflowIdOf), AT_ONCE)),
    events: async () => {
      const [contentId = ''] = ids;
      const of = { contentId, actor: 'bench', reason: 'bench' };
      const run = world.temporal.client.workflow.getHandle(workflowIdOf(contentId));
      const before = await eventsOf(run);
      const retryAndPark = await costOf(run, () => retryOne(contentId).then(() => parkedAgain(1)));
      return {
        retry: (await beginsAt(run, before)) - before,
        retryAndPark,
        hold: await costOf(run, () => hold(crew.deps, { ...of, commandId: randomUUID() })),
        release: await costOf(run, () => release(crew.deps, { ...of, commandId: randomUUID() })),
        reprioritise: await costOf(run, () => reprioritise(crew.deps, { ...of, priority: 1, commandId: randomUUID() })),
      };
    },
  };
}

/** All of them, after so many attempts in all: a row alone would show the park before as well. */
async function allParked({ pool }: World, count: number, attempts: number): Promise<void> {
  await eventually(
    'all are parked',
    async () => {
      const { rows } = await pool.query<{ parked: number; attempts: number }>(
        `SELECT count(*) FILTER (WHERE status = 'PARKED')::int AS parked, sum((done ->> 'attempt')::int)::int AS attempts
         FROM contents, jsonb_array_elements(stages) done WHERE done ->> 'stage' = 'publish'`,
      );
      return rows[0]?.parked === count && rows[0].attempts === attempts;
    },
    PARKED_WITHIN_MS,
  );
}

/** Events up to the one that begins the retried work. */
async function beginsAt(run: Pick<Handle, 'fetchHistory'>, after: number): Promise<number> {
  const { events = [] } = await run.fetchHistory();
  return (events ?? []).findIndex(
    ({ activityTaskScheduledEventAttributes: scheduled }, index) =>
      index >= after && scheduled?.activityType?.name === 'publishContent',
  );
}
