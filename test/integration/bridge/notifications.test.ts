import { randomUUID } from 'node:crypto';
import { sendNotices } from '../../../bridge/outbound/notices';
import type { KafkaProducer } from '../../../contracts/model/ports';
import { tellExpiring } from '../../../operations/notifications/expiring';
import { requestNotices } from '../../../operations/notifications/request';
import { inTransaction } from '../../../platform/postgres/pool';
import type { SeenRecord } from '../../support/topics';
import { createWorld, type World } from '../../support/world';
import { intakeOf, recordOf } from './events';

jest.setTimeout(60_000);

const DAY_MS = 24 * 60 * 60 * 1_000;

let world: World;
let producer: KafkaProducer;

beforeAll(async () => {
  world = await createWorld({ uses: ['postgres', 'kafka'] });
  producer = await world.kafka.producer();
}, 60_000);
afterAll(async () => {
  await producer.close();
  await world.close();
}, 60_000);

const at = (ms: number): string => new Date(Date.now() + ms).toISOString();

async function toldTo(user: string): Promise<SeenRecord[]> {
  await sendNotices(world.pool, producer);
  return (await world.topics.read('notification.dispatch.requested')).filter(({ key }) => key === user);
}

const varsOf = (records: SeenRecord[]) => records.map(({ json }) => json.payload['template_vars']);

describe('subscriptions', () => {
  const CHANGES = [
    { action: 'SUBSCRIBED', at: '2026-05-01T10:00:00Z' },
    { action: 'UNSUBSCRIBED', at: '2026-05-01T11:00:00Z' },
    { action: 'SUBSCRIBED', at: '2026-05-01T12:00:00Z' },
    { action: 'UNSUBSCRIBED', at: '2026-05-01T12:00:00Z' },
  ];
  const ORDERS = [
    [0, 1, 2, 3],
    [3, 2, 1, 0],
    [2, 3, 0, 1],
    [3, 0, 2, 1],
    [1, 3, 2, 0],
  ];

  const stateOf = async (user: string): Promise<string | undefined> => {
    const sql = 'SELECT state FROM subscriptions WHERE user_id = $1';
    return (await world.pool.query<{ state: string }>(sql, [user])).rows[0]?.state;
  };

  test.each(ORDERS)('the last change by its own time stands, in the order %i %i %i %i', async (...order) => {
    const [oneByOne, together] = [`user-${order.join('')}-single`, `user-${order.join('')}-batch`];
    const recordsOf = (user: string) =>
      order.map((index) => {
        const { action, at: timestamp } = CHANGES[index] ?? { action: '', at: '' };
        const payload = { user_id: user, creator_id: 'anna', action };
        return recordOf('engagement.subscription.changed', payload, { eventId: randomUUID(), at: timestamp });
      });
    for (const record of recordsOf(oneByOne)) await intakeOf(world)([record]);
    await intakeOf(world)(recordsOf(together));
    // Two at the same time: whoever left is left in peace.
    expect([await stateOf(oneByOne), await stateOf(together)]).toEqual(['UNSUBSCRIBED', 'UNSUBSCRIBED']);
  });

  test('a later change than all of these subscribes again', async () => {
    const change = (action: string, timestamp: string) =>
      recordOf(
        'engagement.subscription.changed',
        { user_id: 'ben', creator_id: 'anna', action },
        { eventId: randomUUID(), at: timestamp },
      );
    await intakeOf(world)([change('SUBSCRIBED', '2026-05-02T10:00:00.002Z')]);
    await intakeOf(world)([change('UNSUBSCRIBED', '2026-05-02T10:00:00.001Z')]);
    expect(await stateOf('ben')).toBe('SUBSCRIBED');
  });
});

const payment = (user: string, over: Record<string, unknown>, timestamp = at(0)) =>
  recordOf(
    'payment.events',
    {
      ...{ subscriber_id: user, subscription_id: `sub-${user}`, event_type: 'payment.failed', amount: 150_000 },
      ...{ currency: 'NGN', processor: 'PAYSTACK', processor_ref: `ref-${user}`, ...over },
    },
    { eventId: randomUUID(), at: timestamp },
  );

describe('a payment that failed', () => {
  test('is told once, under however many event ids it comes, in the words of the first', async () => {
    await intakeOf(world)([payment('carl', {}), payment('carl', {})]);
    await intakeOf(world)([payment('carl', {}, at(-5_000))]);
    const records = await toldTo('carl');
    expect(records).toHaveLength(1);
    expect(records[0]?.json.payload).toEqual({
      user_id: 'carl',
      notification_type: 'PAYMENT_FAILED',
      channels: ['EMAIL', 'IN_APP'],
      template_id: 'payment-failed',
      template_vars: {
        ...{ subscription_id: 'sub-carl', amount: '150000', currency: 'NGN', processor: 'PAYSTACK' },
        processor_ref: 'ref-carl',
      },
    });
  });

  test.each([0, 1, 99, 2_147_483_648, Number.MAX_SAFE_INTEGER])(
    'is told with its amount as it is: %d',
    async (amount) => {
      const user = `dora-${String(amount)}`;
      await intakeOf(world)([payment(user, { amount })]);
      expect(varsOf(await toldTo(user))).toMatchObject([{ amount: String(amount) }]);
    },
  );

  test('is told for each attempt of the processor', async () => {
    await intakeOf(world)([payment('emil', { processor_ref: 'a' }), payment('emil', { processor_ref: 'b' })]);
    const refs = varsOf(await toldTo('emil')).map((vars) => (vars as { processor_ref: string }).processor_ref);
    expect(refs.sort()).toEqual(['a', 'b']);
  });
});

describe('a subscription that ends soon', () => {
  const PERIOD = 30 * DAY_MS;
  const paid = (user: string, timestamp: string) => payment(user, { event_type: 'payment.processed' }, timestamp);
  const look = () => tellExpiring({ pool: world.pool, config: world.config });

  test('is told once per period, by however many looks at the same time', async () => {
    const soon = at(-28 * DAY_MS);
    await intakeOf(world)([paid('finn', soon), paid('gina', at(-20 * DAY_MS))]);
    await Promise.all([look(), look(), look()]);
    await look();
    const expiresAt = new Date(Date.parse(soon) + PERIOD).toISOString();
    expect(varsOf(await toldTo('finn'))).toEqual([{ subscription_id: 'sub-finn', expires_at: expiresAt }]);
    expect(await toldTo('gina')).toEqual([]);
  });

  test('is not told when a renewal came first, in whatever order, and is told of the new end in its time', async () => {
    const [old, renewal] = [at(-29 * DAY_MS), at(-28 * DAY_MS)];
    await intakeOf(world)([paid('hana', at(-1 * DAY_MS)), paid('hana', old)]);
    await intakeOf(world)([paid('ivan', old)]);
    await look();
    await intakeOf(world)([paid('ivan', renewal)]);
    await look();
    expect(await toldTo('hana')).toEqual([]);
    const ends = [old, renewal].map((time) => new Date(Date.parse(time) + PERIOD).toISOString());
    expect(varsOf(await toldTo('ivan'))).toMatchObject(ends.map((expires_at) => ({ expires_at })));
  });

  test('is passed over where it has ended already', async () => {
    await intakeOf(world)([paid('jon', at(-90 * DAY_MS))]);
    expect(await look()).toEqual({ told: 0, expired: 1 });
    expect(await look()).toEqual({ told: 0, expired: 0 });
    expect(await toldTo('jon')).toEqual([]);
  });
});

test('what a template needs is checked: a notice that lacks it is refused, and the others are stored', async () => {
  const good = { content_id: 'c-1', decision: 'APPROVED' } as const;
  const notice = { userId: 'kim', type: 'MODERATION_DECISION', cause: 'd-1', at: Date.now() } as const;
  const refused = await inTransaction(world.pool, (db) =>
    requestNotices(db, [
      { ...notice, vars: good },
      { ...notice, cause: 'd-2', vars: { content_id: 'c-1' } as typeof good },
    ]),
  );
  expect(refused).toMatchObject([{ code: 'MILESTONE_INVALID', milestone: 'MODERATION_DECISION' }]);
  expect(refused[0]?.message).toContain('template_vars.decision');
  expect(varsOf(await toldTo('kim'))).toEqual([good]);
});

test('a request whose answer was lost goes out again, with the same id and bytes', async () => {
  const vars = { creator_id: 'lea', event_type: 'media_completed', threshold: '1000' };
  const notice = { userId: 'lea', type: 'CREATOR_MILESTONE', cause: 'lea 1000', at: Date.now(), vars } as const;
  await inTransaction(world.pool, (db) => requestNotices(db, [notice]));
  const flaky: KafkaProducer = {
    send: async (records) => {
      await producer.send(records);
      throw new Error('answer lost');
    },
    close: () => Promise.resolve(),
  };
  await expect(sendNotices(world.pool, flaky)).rejects.toThrow('answer lost');
  const records = await toldTo('lea');
  expect(records).toHaveLength(2);
  expect(records[1]?.value).toBe(records[0]?.value);
});

test('senders side by side send each notice once', async () => {
  const vars = { creator_id: 'mo', event_type: 'media_completed', threshold: '1' };
  const notices = Array.from({ length: 1_200 }, (_, index) => ({
    ...{ userId: 'mo', type: 'CREATOR_MILESTONE' as const, cause: String(index), at: Date.now(), vars },
  }));
  await inTransaction(world.pool, (db) => requestNotices(db, notices));
  const sent = await Promise.all([1, 2, 3].map(() => sendNotices(world.pool, producer)));
  expect(sent.reduce((sum, count) => sum + count, 0)).toBe(1_200);
  expect(await toldTo('mo')).toHaveLength(1_200);
});
