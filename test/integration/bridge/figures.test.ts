import { randomUUID } from 'node:crypto';
import { startBridge, type Bridge } from '../../../bridge/inbound/bridge';
import { createOutboundMetrics } from '../../../bridge/outbound/metrics';
import { createOutbound } from '../../../bridge/outbound/outbound';
import { ReelwayError } from '../../../contracts/model/errors';
import type { KafkaProducer } from '../../../contracts/model/ports';
import { renderBridge } from '../../../cli/render/bridge';
import { styleOf } from '../../../cli/render/text';
import { bridgeStatus, resumeBridge } from '../../../operations/bridge';
import { createRegistry } from '../../../platform/metrics';
import { readWithoutEffect } from '../../../platform/postgres/inbox-figures';
import { inTransaction } from '../../../platform/postgres/pool';
import { eventually } from '../../support/eventually';
import { explaining } from '../../support/plans';
import { createWorld, type World } from '../../support/world';
import { deadLetters, flagged, newContentId, outcomesOf, snapshot, transcoded, upload } from './events';

// A busy machine with two cores.
jest.setTimeout(60_000);

let world: World;
let bridge: Bridge;
const registry = createRegistry();

beforeAll(async () => {
  world = await createWorld({ partitions: 1, env: { REELWAY_BREAKER_RECORDS: '20' } });
  const { config, pool, kafka, log } = world;
  bridge = await startBridge({ config, pool, kafka, temporal: world.temporal.client, log, metrics: registry });
  await eventually('the bridge is ready', () => bridge.ready());
}, 60_000);
afterAll(async () => {
  await bridge.stop();
  await world.close();
}, 60_000);

const deps = () => ({ pool: world.pool, config: world.config, kafka: () => world.kafka });
const line =
  (text: string, of = registry) =>
  async (): Promise<boolean> =>
    (await of.metrics()).includes(`${text}\n`);

test('what came again is counted by kind, and how long an event took to its run', async () => {
  const id = newContentId();
  const eventId = randomUUID();
  const timestamp = new Date().toISOString();
  await world.topics.send('media.upload.initiated', upload(id), { eventId, timestamp });
  await world.topics.send('media.upload.initiated', upload(id), { eventId, timestamp });
  await world.topics.send('media.upload.initiated', upload(id, 'another'), { eventId, timestamp });
  await eventually('the repeat is counted', line('reelway_bridge_duplicates_total{kind="event-id"} 1'));
  await eventually('the conflict is counted', line('reelway_bridge_duplicates_total{kind="conflict"} 1'));
  expect(await deadLetters(world, id)).toMatchObject([{ code: 'EVENT_ID_REUSED' }]);
  await eventually('it is delivered', async () => (await outcomesOf(world, id))[0]?.outcome === 'delivered');
  await eventually('it was timed', line('reelway_bridge_event_to_signal_seconds_count 1'));
  expect(await registry.metrics()).toMatch(/^reelway_bridge_group_joins_total [1-9]/m);
});

test('the status counts what had no effect without reading all events, and shows the topics of the projector', async () => {
  const id = newContentId();
  await world.pool.query(
    `INSERT INTO contents (content_id, phase, status, generation) VALUES ($1, 'terminal', 'CANCELLED', 1)`,
    [id],
  );
  await world.topics.send('media.transcoded', transcoded(id));
  await eventually('it is late', async () => (await bridgeStatus(deps())).withoutEffect.late === 1);
  const status = await bridgeStatus(deps());
  expect(status.withoutEffect).toEqual({ late: 1, duplicate: 0, reused: 1, outdated: 0 });
  expect(status.projector).toEqual({ group: world.config.projector.groupId, lag: 0 });
  const counted = status.partitions.filter(({ topic }) => topic === 'user.engagement.events');
  expect(counted).toMatchObject([{ partition: 0, lag: 0, lagSeconds: 0, committed: null }]);
  const text = renderBridge(status, Date.now(), styleOf(false)).join('\n');
  expect(text).toMatch(/^counted {2}.+, 0 records behind$/m);
  expect(text).toMatch(/^no use {3}1 late, 0 duplicate, 1 with a reused id, 0 outdated updates$/m);
  const plans: string[] = [];
  await inTransaction(world.pool, async (db) => {
    await db.query('SET LOCAL enable_seqscan = off');
    await readWithoutEffect(explaining(db, plans));
  });
  expect(plans.join()).toMatch(/dead_letters_reused[^]*event_ids_row/);
});

test('a partition that is behind says for how long at most, where something of it was taken', async () => {
  const topic = 'moderation.flagged';
  await world.topics.send(topic, flagged(newContentId()));
  const shown = async () => (await bridgeStatus(deps())).partitions.find((one) => one.topic === topic);
  await eventually('it is taken', async () => (await shown())?.watermark === '1');
  const value = Buffer.from('not JSON');
  const producer = await world.kafka.producer();
  await producer.send(Array.from({ length: 30 }, () => ({ topic, key: 'k', value, headers: {} })));
  await producer.close();
  await eventually('it is behind', async () => (await shown())?.lag === 30);
  await eventually('time goes by', async () => ((await shown())?.lagSeconds ?? 0) >= 1);
  expect((await shown())?.lagSeconds).toBeLessThan(60);
  await resumeBridge(deps(), { scope: `${topic}/0`, actor: 'local:test', reason: 'they may die' });
  await eventually('all are read', async () => (await shown())?.lag === 0);
  expect(await shown()).toMatchObject({ lagSeconds: 0 });
});

test('a partition of a topic that is only kept is shown and resumed as well', async () => {
  const scope = 'engagement.subscription.changed/0';
  const producer = await world.kafka.producer();
  const value = Buffer.from('not JSON');
  await producer.send(
    Array.from({ length: 30 }, () => ({ topic: 'engagement.subscription.changed', key: 'k', value, headers: {} })),
  );
  await producer.close();
  await eventually('it is paused', async () => (await bridgeStatus(deps())).paused.length > 0);
  const status = await bridgeStatus(deps());
  expect(status).toMatchObject({ lag: 30, paused: [{ scope }] });
  expect(status.partitions).toContainEqual(
    expect.objectContaining({ topic: 'engagement.subscription.changed', lag: 30 }),
  );
  const resumed = await resumeBridge(deps(), { scope, actor: 'local:test', reason: 'looked at it' });
  expect(resumed).toEqual({ scope, passesThrough: '29' });
  await eventually('all are read', async () => (await bridgeStatus(deps())).lag === 0);
  expect((await bridgeStatus(deps())).paused).toEqual([]);
});

test('a partition that cannot be taken is named and timed, and leaves the bridge ready', async () => {
  const id = newContentId();
  await world.pool.query('ALTER TABLE observations RENAME TO observations_gone');
  try {
    const payload = { user_id: 'u', creator_id: 'c', action: 'SUBSCRIBED' };
    await world.topics.send('engagement.subscription.changed', payload);
    const place = 'engagement.subscription.changed/0';
    await eventually('it waits', () => bridge.held().some((held) => held.includes(place)));
    expect(bridge.ready()).toBe(true);
    const waits =
      /^reelway_bridge_waiting_seconds\{topic="engagement.subscription.changed",partition="0",code="\w+"\} \d/m;
    expect(await registry.metrics()).toMatch(waits);
    await world.topics.send('media.upload.initiated', upload(id));
    await eventually('others go on', async () => (await outcomesOf(world, id))[0]?.outcome === 'delivered');
  } finally {
    await world.pool.query('ALTER TABLE observations_gone RENAME TO observations');
  }
  await eventually('it goes on', () => bridge.held().length === 0);
  expect(await registry.metrics()).not.toContain('reelway_bridge_waiting_seconds{');
});

test('announcements are timed, their failures counted, and what is not sent is shown', async () => {
  const id = newContentId();
  const told = createRegistry();
  const metrics = createOutboundMetrics(told);
  let isAway = true;
  const producer: KafkaProducer = {
    send: (records) =>
      isAway
        ? Promise.reject(new ReelwayError('SERVICE_UNREACHABLE'))
        : Promise.resolve(records.map(() => ({ partition: 0, offset: '0' }))),
    close: () => Promise.resolve(),
  };
  const announce = () =>
    createOutbound({ pool: world.pool, producer, log: world.log, metrics }).announce({
      snapshot: snapshot(id),
      milestones: [
        { topic: 'media.transcoded', milestone: 'done', ordinal: 1, at: Date.now(), payload: transcoded(id) },
        { topic: 'media.transcoded', milestone: 'bad', ordinal: 1, at: Date.now(), payload: {} },
      ],
      ...{ notices: [], closing: false, outcomes: [{ row: '0', outcome: 'duplicate', code: 'SAME_FACT' }] },
    });
  await expect(announce()).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
  expect(await line('reelway_announce_failures_total{code="SERVICE_UNREACHABLE"} 1', told)()).toBe(true);
  const status = await bridgeStatus(deps());
  expect(status.outbound).toEqual({ unsent: 1, oldestUnsent: expect.any(String) as string });
  expect(renderBridge(status, Date.now(), styleOf(false)).join('\n')).toMatch(/^out {6}1 unsent, oldest /m);
  expect(await line('reelway_bridge_unsent_milestones 1')()).toBe(true);

  isAway = false;
  expect((await announce()).refused).toHaveLength(1);
  for (const seen of [
    'reelway_announce_seconds_count 1',
    'reelway_announce_milestones_total{result="sent"} 1',
    'reelway_announce_milestones_total{result="refused"} 1',
    'reelway_announce_outcomes_total{outcome="duplicate",code="SAME_FACT"} 1',
  ]) {
    expect([seen, await line(seen, told)()]).toEqual([seen, true]);
  }
  expect((await bridgeStatus(deps())).outbound).toEqual({ unsent: 0, oldestUnsent: null });
});
