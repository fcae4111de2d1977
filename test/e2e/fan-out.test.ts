import { existsSync, readdirSync } from 'node:fs';
import { fanOutIdOf } from '../../contracts/model/ids';
import type { OutgoingRecord } from '../../contracts/model/ports';
import { readFanOut } from '../../platform/postgres/fanouts';
import { eventually } from '../support/eventually';
import { expectInvariants } from '../support/invariants';
import type { ReelwayProcess } from '../support/processes';
import { createItem, type Item, type ItemOptions } from '../support/story';
import type { SeenRecord } from '../support/topics';
import { createWorld, type World } from '../support/world';

jest.setTimeout(240_000);

const SERVICES = {
  REELWAY_TRANSCODE_EXECUTOR: 'service',
  REELWAY_MODERATE_EXECUTOR: 'service',
  REELWAY_PACKAGE_EXECUTOR: 'service',
  REELWAY_SILENCE: 'review',
  REELWAY_RESIDENCY: 'GLOBAL,NG',
};
/** Three pages. */
const SUBSCRIBERS = 5_000;
const HISTORY_EVENTS = 60;
const DAY_MS = 24 * 60 * 60 * 1_000;

let world: World;
let worker: ReelwayProcess;
let bridge: ReelwayProcess;
beforeAll(async () => {
  world = await createWorld({ env: SERVICES });
  [worker, bridge] = await Promise.all([world.spawnReelway(['worker']), world.spawnReelway(['bridge'])]);
});
afterAll(() => expectInvariants(world));
afterAll(() => world.close());

const T0 = Date.parse('2026-05-01T10:00:00Z');
let ids = 0;

const change = (creator: string, user: string, action: string, at: number): OutgoingRecord => ({
  topic: 'engagement.subscription.changed',
  key: creator,
  headers: {},
  value: Buffer.from(
    JSON.stringify({
      event_id: `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`,
      timestamp: new Date(T0 + at).toISOString(),
      source_service: 'engagement-service',
      payload: { user_id: user, creator_id: creator, action },
    }),
  ),
});

async function subscribe(changes: OutgoingRecord[]): Promise<void> {
  const producer = await world.kafka.producer();
  for (let from = 0; from < changes.length; from += 500) await producer.send(changes.slice(from, from + 500));
  await producer.close();
  await eventually('all changes are taken in', async () => {
    const { rows } = await world.pool.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM observations WHERE topic = 'engagement.subscription.changed'`,
    );
    return rows[0]?.n === ids;
  });
}

const userOf = (creator: string, index: number): string => `${creator}-user-${String(index).padStart(6, '0')}`;
const subscribed = (creator: string, count: number): OutgoingRecord[] =>
  Array.from({ length: count }, (_, index) => change(creator, userOf(creator, index), 'SUBSCRIBED', 0));

async function made(options: ItemOptions, decision: 'APPROVED' | 'AGE_GATED' = 'APPROVED'): Promise<Item> {
  const item = await createItem(world, options);
  await item.upload();
  await item.transcoded();
  await item.approved(decision);
  await item.packaged();
  return item;
}

const ended = (item: Item, withinMs?: number) =>
  eventually(
    `the subscribers of ${item.id} were told`,
    async () => {
      const fanOut = await readFanOut(world.pool, item.id);
      return fanOut?.ended === true && fanOut;
    },
    withinMs,
  );

const toldOf = async (item: Item): Promise<SeenRecord[]> =>
  (await world.topics.read('notification.dispatch.requested')).filter(
    ({ json }) =>
      json.payload['notification_type'] === 'NEW_CONTENT' && recordVars(json.payload)['content_id'] === item.id,
  );

const recordVars = (payload: Record<string, unknown>) => payload['template_vars'] as Record<string, string>;

/** Kills a worker with SIGKILL once it stands at the point; the next one has none of its memory. */
async function killedAt(point: string): Promise<void> {
  const doomed = worker;
  const file = `${point}.${String(doomed.pid)}`;
  await eventually(
    `${point} is reached`,
    () => existsSync(world.dirs.faults) && readdirSync(world.dirs.faults).includes(file),
    90_000,
  );
  doomed.kill('SIGKILL');
  expect(await doomed.waitForExit()).toMatchObject({ signal: 'SIGKILL' });
}

const restarted = async (env: Record<string, string> = {}): Promise<void> => {
  worker = await world.spawnReelway(['worker'], env);
};

test('every subscriber hears once of new content, whoever unsubscribed does not, and two kills on the way change nothing', async () => {
  const creator = 'creator-many';
  await subscribe([
    ...subscribed(creator, SUBSCRIBERS),
    // In any order: what happened last stands.
    change(creator, userOf(creator, 1), 'UNSUBSCRIBED', 5_000),
    change(creator, userOf(creator, 2), 'UNSUBSCRIBED', -5_000),
    change(creator, userOf(creator, 3), 'UNSUBSCRIBED', 0),
    change('another', 'somebody-else', 'SUBSCRIBED', 0),
  ]);
  worker.kill('SIGTERM');
  await worker.waitForExit();
  await restarted({ REELWAY_FAULT: 'fan-out.after-send' });
  const item = await made({ creator });
  await killedAt('fan-out.after-send');
  await restarted({ REELWAY_FAULT: 'fan-out.after-page' });
  await killedAt('fan-out.after-page');
  await restarted();
  expect(await ended(item)).toMatchObject({ told: SUBSCRIBERS - 2, stopped: null });

  const records = await toldOf(item);
  // The page that was sent and not written down came again, in the same bytes.
  expect(records.length).toBeGreaterThan(SUBSCRIBERS - 2);
  const byUser = new Map(records.map((record) => [record.key, record.value]));
  expect(records.every(({ key, value }) => byUser.get(key) === value)).toBe(true);
  expect(new Set(records.map(({ json }) => json.event_id)).size).toBe(SUBSCRIBERS - 2);
  const users = Array.from({ length: SUBSCRIBERS }, (_, index) => userOf(creator, index));
  expect([...byUser.keys()].sort()).toEqual(users.filter((_, index) => index !== 1 && index !== 3));
  expect(records[0]?.json.payload).toEqual({
    user_id: records[0]?.key,
    notification_type: 'NEW_CONTENT',
    channels: ['PUSH', 'IN_APP'],
    template_id: 'new-content',
    template_vars: { content_id: item.id, creator_id: creator, title: 'A walk in the park', content_type: 'VIDEO' },
  });
  const { historyLength } = await world.temporal.client.workflow.getHandle(fanOutIdOf(item.id)).describe();
  expect(historyLength).toBeLessThanOrEqual(HISTORY_EVENTS);
});

test('a reprocess tells nobody twice', async () => {
  const creator = 'creator-again';
  await subscribe(subscribed(creator, 3));
  const item = await made({ creator });
  await ended(item);
  const again = await world.runReelway([
    ...['content', 'reprocess', item.id, '--from', 'moderate', '--reason', 'test'],
  ]);
  expect(again).toMatchObject({ code: 0 });
  await item.reaches({ generation: 2 });
  await item.approved('APPROVED');
  await item.reaches({ generation: 2, status: 'PUBLISHED' });
  expect(await toldOf(item)).toHaveLength(3);
});

test('nobody hears of age-gated content; of content of residency NG each notice says so', async () => {
  const creator = 'creator-gated';
  await subscribe(subscribed(creator, 2));
  const gated = await made({ creator }, 'AGE_GATED');
  await gated.reaches({ status: 'PUBLISHED', visibility: 'AGE_GATED' });
  const open = await made({ creator, residency: 'NG' });
  await ended(open);
  expect(await readFanOut(world.pool, gated.id)).toBeNull();
  expect(await toldOf(gated)).toEqual([]);
  expect((await toldOf(open)).map(({ headers }) => headers['residency'])).toEqual(['NG', 'NG']);
});

test('a subscription that ends soon is told by the schedule, through a restart of everything', async () => {
  expect(await world.runReelway(['migrate'])).toMatchObject({ code: 0 });
  const payment = {
    ...{ subscriber_id: 'nina', subscription_id: 'sub-nina', event_type: 'payment.processed', amount: 500_000 },
    ...{ currency: 'NGN', processor: 'PAYSTACK', processor_ref: 'ref-nina' },
  };
  const paidAt = Date.now() - 28 * DAY_MS;
  await world.topics.send('payment.events', payment, { timestamp: new Date(paidAt).toISOString() });
  await eventually('the payment is taken in', async () => {
    const found = await world.pool.query(`SELECT 1 FROM subscription_terms WHERE user_id = 'nina'`);
    return found.rowCount === 1;
  });
  bridge.kill('SIGKILL');
  worker.kill('SIGKILL');
  await Promise.all([bridge.waitForExit(), worker.waitForExit()]);
  const schedule = world.temporal.client.schedule.getHandle('subscriptions-expiring');
  await schedule.trigger();
  await schedule.trigger();
  [bridge] = await Promise.all([world.spawnReelway(['bridge']), restarted()]);
  const toNina = (records: SeenRecord[]) => records.filter(({ key }) => key === 'nina');
  await world.topics.readUntil('notification.dispatch.requested', (records) => toNina(records).length > 0);
  await schedule.trigger();
  await eventually('the second look is over', async () => (await schedule.describe()).info.recentActions.length >= 2);
  const told = toNina(await world.topics.read('notification.dispatch.requested'));
  const expiresAt = new Date(paidAt + 30 * DAY_MS).toISOString();
  expect(told.map(({ json }) => recordVars(json.payload))).toEqual([
    { subscription_id: 'sub-nina', expires_at: expiresAt },
  ]);
});
