import { ApplicationFailure } from '@temporalio/common';
import { randomUUID } from 'node:crypto';
import { paced } from '../../../cli/paced';
import { workflowIdOf } from '../../../contracts/model/ids';
import { retry } from '../../../operations/commands';
import { retryUpdate } from '../../../workflows/messages';
import { eventually } from '../../support/eventually';
import type { RealCrew } from '../../support/real-crew';
import type { World } from '../../support/world';
import { bareUpdates } from '../baseline/bare-updates';

/** As many as the command line has under way. */
const AT_ONCE = 16;
const MS = 1_000;
/** A park of hundreds, on a machine that is busy with them. */
const PARKED_WITHIN_MS = 300_000;

/** Contents that park at publish, and park there again after each retry. */
export interface Parked {
  /** Retries a second of the operation that the command line calls, begun at most so many a second. */
  bulk(rate: number): Promise<number>;
  /** Retries a second of a loop of updates. */
  bare(): Promise<number>;
  /** Events that a retry adds to a history, with the attempt that fails and the park. */
  events(): Promise<number>;
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
      const before = await eventsOf(world, contentId);
      await retryOne(contentId);
      await parkedAgain(1);
      return (await eventsOf(world, contentId)) - before;
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

async function eventsOf({ temporal }: World, contentId: string): Promise<number> {
  return (await temporal.client.workflow.getHandle(workflowIdOf(contentId)).describe()).historyLength;
}
