import { randomUUID } from 'node:crypto';
import { createWayIn } from '../../../bridge/inbound/way-in';
import { COUNTED_TOPICS } from '../../../contracts/model/topics';
import { redrive } from '../../../operations/dead-letters-redrive';
import { bytesOf, keyOf, messageFixtures } from '../../fixtures/messages/load';
import { eventually } from '../../support/eventually';
import { createWorld, type World } from '../../support/world';
import {
  caughtUp,
  creatorTotal,
  letters,
  metricsOf,
  played,
  projectorOf,
  recordOf,
  register,
  send,
  type Running,
} from './setting';

// A busy machine with two cores.
jest.setTimeout(90_000);

let world: World;
let running: Running;
beforeAll(async () => {
  world = await createWorld({
    uses: ['postgres', 'kafka'],
    // Half of the records of these tests are bad on purpose.
    env: { REELWAY_CREATOR_MILESTONES: '3,5', REELWAY_BREAKER_PERCENT: '0' },
  });
  running = await projectorOf(world);
}, 90_000);
afterAll(async () => {
  await running.stop();
  await world.close();
}, 90_000);

const DAY_MS = 24 * 60 * 60 * 1000;
const daysFromNow = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();

test('events are added up per content and per creator, each once, with the residency of their content', async () => {
  await register(world, ['added-up']);
  const of = (over: object) => played({ content_id: 'added-up', creator_id: 'adder', ...over });
  const twice = of({ watch_duration_seconds: 7 });
  await send(world, [of({}), of({ event_type: 'media_liked', watch_duration_seconds: null }), twice, twice]);
  await caughtUp(world);
  const { rows } = await world.pool.query(
    `SELECT event_type, events::int, watch_seconds::int, residency FROM content_totals WHERE content_id = 'added-up'
     ORDER BY 1`,
  );
  expect(rows).toEqual([
    { event_type: 'media_completed', events: 2, watch_seconds: 37, residency: 'NG' },
    { event_type: 'media_liked', events: 1, watch_seconds: 0, residency: 'NG' },
  ]);
  expect(await creatorTotal(world, 'adder')).toBe(2);
});

test('what takes Postgres too long together is counted in parts', async () => {
  await world.pool.query(`
    CREATE FUNCTION slow_together() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF (SELECT count(*) FROM fresh) > 2 THEN RAISE query_canceled; END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER slow_together AFTER INSERT ON seen REFERENCING NEW TABLE AS fresh
      FOR EACH STATEMENT EXECUTE FUNCTION slow_together()`);
  await send(
    world,
    Array.from({ length: 9 }, () => played({ content_id: 'slow', creator_id: 'slow-creator' })),
  );
  await caughtUp(world);
  await world.pool.query('DROP TRIGGER slow_together ON seen; DROP FUNCTION slow_together()');
  expect(await creatorTotal(world, 'slow-creator')).toBe(9);
});

test.each(COUNTED_TOPICS)('%s: valid records count, others are buried under their code', async (topic) => {
  const fresh = (text: string): string => text.replace(/("event_id":\s*)"[^"]+"/, `$1"${randomUUID()}"`);
  const all = (['valid', 'invalid', 'hostile'] as const).flatMap((kind) => messageFixtures(topic, kind));
  const sent = all.map((fixture) => ({ fixture, value: fresh(bytesOf(fixture).toString()) }));
  await send(
    world,
    sent.map(({ fixture, value }) => recordOf(topic, value, keyOf(fixture)?.toString() ?? 'k')),
  );
  await caughtUp(world);
  for (const { fixture, value } of sent) {
    const { rows } = await world.pool.query<{ code: string; consumer: string }>(
      'SELECT code, consumer FROM dead_letters WHERE value = $1',
      [Buffer.from(value)],
    );
    const codes = rows
      .map(({ code }) => code)
      .filter((code) => code !== 'NO_SUCH_CONTENT' && code !== 'TOO_OLD_TO_COUNT');
    expect([fixture.name, codes]).toEqual([fixture.name, fixture.expect === 'ok' ? [] : [fixture.expect]]);
    for (const { consumer } of rows) expect(consumer).toBe('projector');
  }
});

test('the same id with other content is a dead letter, and the first one stands', async () => {
  const eventId = randomUUID();
  await send(world, [played({ creator_id: 'reuser' }, { eventId })]);
  await caughtUp(world);
  await send(world, [played({ creator_id: 'other' }, { eventId: eventId.toUpperCase() })]);
  await caughtUp(world);
  expect(await letters(world, 'EVENT_ID_REUSED')).toMatchObject([{ event_id: eventId, consumer: 'projector' }]);
  expect([await creatorTotal(world, 'reuser'), await creatorTotal(world, 'other')]).toEqual([1, 0]);
});

test('what is out of the window, or dated ahead, is refused with its code', async () => {
  const [old, ahead, edge] = [-94, 3, -91].map((days) => ({ eventId: randomUUID(), timestamp: daysFromNow(days) }));
  await send(
    world,
    [old, ahead, edge].map((sent) => played({ creator_id: 'timely' }, sent)),
  );
  await caughtUp(world);
  expect((await letters(world, 'TOO_OLD_TO_COUNT')).map((letter) => letter.event_id)).toContain(old?.eventId);
  expect((await letters(world, 'DATED_AHEAD')).map((letter) => letter.event_id)).toContain(ahead?.eventId);
  expect(await creatorTotal(world, 'timely')).toBe(1);
});

test('metrics of an unknown content count as a whole, once it is there and the letter is redriven', async () => {
  const [known, unknown] = [randomUUID(), randomUUID()];
  await register(world, [known]);
  const message = metricsOf([
    { contentId: known, score: 1 },
    { contentId: unknown, score: 2 },
  ]);
  await send(world, [message]);
  await caughtUp(world);
  const scores = async () =>
    (
      await world.pool.query('SELECT score::text FROM content_metrics WHERE content_id = ANY($1) ORDER BY score', [
        [known, unknown],
      ])
    ).rows as { score: string }[];
  const { event_id: eventId } = JSON.parse(message.value.toString()) as { event_id: string };
  const letter = (await letters(world, 'NO_SUCH_CONTENT')).find((one) => one.event_id === eventId);
  expect(await scores()).toEqual([]);

  await register(world, [unknown]);
  const deps = { pool: world.pool, config: world.config, wayIn: createWayIn(world.config) };
  const again = async (commandId: string) => {
    const results = [];
    for await (const one of redrive(deps, { ids: [letter?.id ?? ''], actor: 'a', commandId }))
      results.push(one.outcome);
    return results;
  };
  expect(await again('one')).toEqual(['new']);
  expect(await again('two')).toEqual(['already']);
  await send(world, [message]);
  await caughtUp(world);
  expect(await scores()).toEqual([{ score: '1' }, { score: '2' }]);
});

test('a flat body counts once, however often it is sent', async () => {
  const id = randomUUID();
  await register(world, [id]);
  const flat = recordOf('engagement.metrics', JSON.stringify({ metrics: [{ contentId: id, score: 0.5 }] }));
  await send(world, [flat, flat]);
  await send(world, [flat]);
  await caughtUp(world);
  const { rows } = await world.pool.query('SELECT score::text FROM content_metrics WHERE content_id = $1', [id]);
  expect(rows).toEqual([{ score: '0.5' }]);
});

test('a creator hears of each threshold once, also when everything is read again from the start', async () => {
  await send(
    world,
    Array.from({ length: 7 }, () => played({ creator_id: 'famous' })),
  );
  await caughtUp(world);
  const told = () => running.notices.filter(({ userId }) => userId === 'famous').map(({ cause }) => cause);
  expect(told().sort()).toEqual(['media_completed:3', 'media_completed:5']);

  const groupId = `${world.name}-again`;
  const again = await projectorOf(world, { groupId });
  await caughtUp(world, groupId);
  expect(again.notices).toEqual([]);
  expect(await creatorTotal(world, 'famous')).toBe(7);
  await again.stop();
});

test('a topic that ends below its watermark is told, and what is in it counts', async () => {
  await send(world, [played({ creator_id: 'before' })]);
  await caughtUp(world);
  await world.pool.query(
    `UPDATE partition_watermarks SET next_offset = 1000000 WHERE topic = 'user.engagement.events'`,
  );
  await eventually('it is told', () => running.projector.held().some((line) => line.includes('was made anew')));
  await send(world, [played({ creator_id: 'after' })]);
  await caughtUp(world);
  expect(await creatorTotal(world, 'after')).toBe(1);
  const { rows } = await world.pool.query<{ next: string }>(
    `SELECT max(next_offset)::int AS next FROM partition_watermarks WHERE topic = 'user.engagement.events'`,
  );
  expect(rows[0]?.next).toBeLessThan(1_000_000);
});
