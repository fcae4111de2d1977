import { randomUUID } from 'node:crypto';
import { startBridge, type Bridge } from '../../../bridge/inbound/bridge';
import { createIntake } from '../../../bridge/inbound/intake';
import { CONSUMER } from '../../../bridge/inbound/routes';
import { START_TOPIC } from '../../../contracts/model/topics';
import { createWayIn } from '../../../bridge/inbound/way-in';
import { deadLetters } from '../../../operations/dead-letters';
import { redrive, type RedriveInput, type RedriveResult } from '../../../operations/dead-letters-redrive';
import { buryWaiting } from '../../../platform/postgres/dead-letters';
import { writeRouted } from '../../../platform/postgres/event-ids';
import { inTransaction } from '../../../platform/postgres/pool';
import { TestFailure } from '../../support/test-failure';
import { eventually } from '../../support/eventually';
import { createWorld, type World } from '../../support/world';
import { kinds, recordOf, runsOf, transcoded, upload, type SeenRun, UNGUARDED } from './events';

/** Of the test file that opened it; each has this module for itself. */
export let world: World;
let bridge: Bridge;
export let take: ReturnType<typeof createIntake>;
export const deps = () => ({ ...world, wayIn: createWayIn(world.config) });

export async function openWorld(): Promise<void> {
  world = await createWorld();
  const { config, pool, kafka, temporal, log } = world;
  bridge = await startBridge({ config, pool, kafka, temporal: temporal.client, log });
  take = createIntake({ pool, log, lateFlag: 'hide', ...UNGUARDED, onTaken: () => undefined });
}

export async function closeWorld(): Promise<void> {
  await bridge.stop();
  await world.close();
}

export async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const result of results) found.push(result);
  return found;
}

export const again = (ids: string[], more: Partial<RedriveInput> = {}): Promise<RedriveResult[]> =>
  collect(redrive(deps(), { ids, actor: 'local:test', commandId: randomUUID(), ...more }));

export const lettersOf = (contentId: string) => deadLetters(world, { contentId });
export async function onlyLetter(contentId: string): Promise<string> {
  const [letter, ...more] = await lettersOf(contentId);
  expect(more).toEqual([]);
  return letter?.id ?? 'none';
}

/** A transcoded event of a content that was started, with a number where text should be. */
export async function invalid(contentId: string, eventId: string = randomUUID()) {
  const payload = { ...transcoded(contentId), duration_seconds: 'twelve' };
  await take([recordOf('media.transcoded', payload, { eventId })]);
  return { letter: await onlyLetter(contentId), eventId };
}

export const valueOf = (contentId: string, eventId: string, seconds = 12): Buffer =>
  recordOf('media.transcoded', transcoded(contentId, seconds), { eventId }).value ?? Buffer.alloc(0);

export async function begin(contentId: string): Promise<void> {
  await announce(contentId);
  await eventually('the run has its upload', async () => kinds((await runsOf(world, contentId))[0]).length === 1);
}

/** Every fact once, in the order of the signals: one that was not acknowledged in time is sent again. */
const factsOf = (run: SeenRun | undefined) => {
  const facts = (run?.signals ?? []).flat();
  return facts.filter(({ row }, index) => facts.findIndex((fact) => fact.row === row) === index);
};

/** Resolves with the bodies of the facts, once its only run was told these. */
export async function told(contentId: string, facts: string[]) {
  let last: SeenRun[] = [];
  const isTold = async () => {
    last = await runsOf(world, contentId);
    return (
      last
        .flatMap(factsOf)
        .map(({ body }) => body.kind)
        .join() === facts.join()
    );
  };
  await eventually(`${contentId} was told ${facts.join(', ')}`, isTold).catch((error: unknown) => {
    throw new TestFailure(`${String(error)}; it was told ${JSON.stringify(last.map(factsOf))}`);
  });
  expect(last).toHaveLength(1);
  return last.flatMap(factsOf).map(({ body }) => body);
}

export const countRows = async (table: string, where: string, value: string): Promise<number> => {
  const found = await world.pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM ${table} WHERE ${where} = $1`,
    [value],
  );
  return found.rows[0]?.count ?? -1;
};

export const parkedRows = async (contentId: string): Promise<number> => {
  const found = await world.pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM inbox WHERE ordering_key = $1 AND status = 'parked'`,
    [contentId],
  );
  return found.rows[0]?.count ?? -1;
};

/** As the sweeper does when the clock of the upload route has gone on far enough. */
export async function bury(contentId: string): Promise<void> {
  await world.pool.query('INSERT INTO route_clocks (topic) VALUES ($1) ON CONFLICT DO NOTHING', [START_TOPIC]);
  await inTransaction(world.pool, async (db) => {
    const facts = await buryWaiting(db, CONSUMER, START_TOPIC, 0, 100);
    expect(facts).toHaveLength(1);
    const dead = { outcome: 'dead' as const, code: 'NO_SUCH_CONTENT', before: 'NOT_STARTED' };
    await writeRouted(
      db,
      CONSUMER,
      facts.map(({ eventId }) => ({ eventId, ...dead })),
    );
  });
  expect(await lettersOf(contentId)).toMatchObject([{ code: 'NO_SUCH_CONTENT', status: 'open' }]);
}

/** Facts of the content may wait for it. */
export const announce = (contentId: string): Promise<void> =>
  take([recordOf('media.upload.initiated', upload(contentId), { eventId: randomUUID() })]);
