import type { SeenRecord } from '../../support/topics';
import { createWorld, type World } from '../../support/world';
import { caughtUp, creatorTotal, played, send } from './setting';

// Processes on a busy machine with two cores.
jest.setTimeout(180_000);

const TOPIC = 'notification.dispatch.requested';

let world: World;
beforeAll(async () => {
  world = await createWorld({ env: { REELWAY_CREATOR_MILESTONES: '3,5,100' } });
  await world.spawnReelway(['bridge']);
}, 120_000);
afterAll(() => world.close(), 120_000);

const plays = (creator: string, count: number, over: object = {}) =>
  Array.from({ length: count }, (_, at) =>
    played({ creator_id: creator, user_id: `viewer-${String(at)}`, content_id: `of-${creator}`, ...over }),
  );

/** What everybody was told by the time that somebody crosses a threshold who never did before. */
async function toldUntil(marker: string): Promise<SeenRecord[]> {
  await send(world, plays(marker, 3));
  return world.topics.readUntil(TOPIC, (records) => records.some(({ key }) => key === marker));
}

const thresholdsOf = (records: SeenRecord[], creator: string): unknown[] =>
  records
    .filter(({ key }) => key === creator)
    .map(({ json }) => (json.payload['template_vars'] as { threshold: string }).threshold)
    .sort();

const noticesOf = async (creator: string): Promise<object[]> => {
  const { rows } = await world.pool.query<object>(
    `SELECT type, sent_at IS NOT NULL AS sent FROM notices WHERE user_id = $1`,
    [creator],
  );
  return rows;
};

const SENT = { type: 'CREATOR_MILESTONE', sent: true };

/** A projector that reads everything from the start, as another group. */
async function readAgain(groupId: string) {
  const projector = await world.spawnReelway(['projector'], { REELWAY_PROJECTOR_GROUP: groupId });
  await caughtUp(world, groupId);
  return projector;
}

test('plays over Kafka become one notification per threshold, and none when they are read or counted again', async () => {
  const first = await world.spawnReelway(['projector']);
  const famous = plays('famous', 7);
  // Every event twice, and other events in any number: neither brings anybody nearer to a threshold.
  await send(world, [...famous, ...plays('small', 2), ...plays('liked', 20, { event_type: 'media_liked' }), ...famous]);
  await caughtUp(world);
  const told = await toldUntil('marker-1');
  expect(thresholdsOf(told, 'famous')).toEqual(['3', '5']);
  expect(told.filter(({ key }) => key === 'small' || key === 'liked')).toEqual([]);
  expect(told.find(({ key }) => key === 'famous')?.json.payload).toMatchObject({
    ...{ user_id: 'famous', notification_type: 'CREATOR_MILESTONE', template_id: 'creator-milestone' },
    template_vars: { creator_id: 'famous', event_type: 'media_completed' },
  });
  expect(await noticesOf('famous')).toEqual([SENT, SENT]);

  const second = await readAgain(`${world.name}-again`);
  const toldAgain = await toldUntil('marker-2');
  expect(thresholdsOf(toldAgain, 'famous')).toEqual(['3', '5']);
  expect(await creatorTotal(world, 'famous')).toBe(7);

  // What was counted is lost, and counted again from nothing: each threshold is crossed once more, and told already.
  for (const projector of [first, second]) {
    projector.kill('SIGTERM');
    expect((await projector.waitForExit()).code).toBe(0);
  }
  await world.pool.query('TRUNCATE seen, creator_counts, content_counts');
  await readAgain(`${world.name}-from-nothing`);
  expect(await creatorTotal(world, 'famous')).toBe(7);
  const toldAnew = await toldUntil('marker-3');
  expect(thresholdsOf(toldAnew, 'famous')).toEqual(['3', '5']);
  expect(thresholdsOf(toldAnew, 'marker-1')).toEqual(['3']);
  expect(await noticesOf('famous')).toEqual([SENT, SENT]);
});
