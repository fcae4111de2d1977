import { randomUUID } from 'node:crypto';
import { createOutbound } from '../../../bridge/outbound/outbound';
import { startBridge, type Bridge } from '../../../bridge/inbound/bridge';
import { ensureNamespace } from '../../../platform/temporal/namespace';
import { ensureSearchAttributes } from '../../../platform/temporal/search-attributes';
import { connectTemporal } from '../../../platform/temporal/client';
import { eventually } from '../../support/eventually';
import { createWorld, type World } from '../../support/world';
import {
  contentRow,
  deadLetters,
  flagged,
  newContentId,
  outcomesOf,
  runsOf,
  snapshot,
  transcoded,
  upload,
} from './events';

// A busy machine with two cores.
jest.setTimeout(60_000);

let world: World;
let bridge: Bridge | null = null;

const start = async (over: { groupId?: string; namespace?: string; parkedFactMs?: number } = {}): Promise<void> => {
  const namespace = over.namespace ?? world.config.temporal.namespace;
  const temporal = await connectTemporal({ ...world.config.temporal, namespace });
  if (over.namespace !== undefined) {
    await ensureNamespace(temporal.connection, namespace);
    await ensureSearchAttributes(temporal.connection, namespace);
  }
  const { config } = world;
  const started = await startBridge({
    config: {
      ...config,
      kafka: { ...config.kafka, groupId: over.groupId ?? config.kafka.groupId },
      bridge: { ...config.bridge, parkedFactMs: over.parkedFactMs ?? config.bridge.parkedFactMs },
    },
    pool: world.pool,
    kafka: world.kafka,
    temporal: temporal.client,
    log: world.log,
  });
  bridge = { ...started, stop: () => started.stop().then(() => temporal.close()) };
  await eventually('the bridge is ready', () => started.ready());
};

beforeEach(async () => {
  world = await createWorld();
}, 60_000);
afterEach(async () => {
  await bridge?.stop();
  bridge = null;
  await world.close();
}, 60_000);

const outcomeCount = async (outcome: string): Promise<number> =>
  (await world.pool.query('SELECT 1 FROM event_ids WHERE outcome = $1', [outcome])).rowCount ?? 0;

test('everything read again from 0, with inbox and identities gone and an empty Temporal, begins and says nothing', async () => {
  await start();
  const ids = Array.from({ length: 20 }, newContentId);
  for (const id of ids) await world.topics.send('media.upload.initiated', upload(id));
  await eventually('all delivered', async () => (await outcomeCount('delivered')) === ids.length);

  const producer = await world.kafka.producer();
  const outbound = createOutbound({ pool: world.pool, producer, log: world.log });
  for (const contentId of ids) {
    const at = { topic: 'media.transcoded', milestone: 'transcoded', ordinal: 1, at: Date.now() } as const;
    const milestones = [{ ...at, payload: transcoded(contentId) }];
    const end = snapshot(contentId, { status: 'PUBLISHED', stateVersion: 9 });
    await outbound.announce({ snapshot: end, milestones, notices: [], outcomes: [], closing: true });
  }
  await producer.close();
  // One was flagged after its end and decided since: the old flag must not begin another generation.
  const [wasFlagged = ''] = ids;
  await world.topics.send('moderation.flagged', flagged(wasFlagged));
  await eventually('the flag is there', async () =>
    (await outcomesOf(world, wasFlagged)).some((one) => one.topic === 'moderation.flagged'),
  );
  await world.pool.query(`UPDATE flags SET cleared_by = 'd-1'`);
  await world.pool.query(`UPDATE contents SET phase = 'terminal', status = 'PUBLISHED', open_flags = 0`);
  await bridge?.stop();

  const milestones = (await world.pool.query('SELECT 1 FROM milestones')).rowCount;
  await world.pool.query('TRUNCATE inbox, event_ids, inbox_keys');
  await start({ groupId: `${world.name}-again`, namespace: `${world.name}-empty` });
  await eventually('all are late', async () => (await outcomeCount('late')) === ids.length + 1);

  const temporal = await connectTemporal({ ...world.config.temporal, namespace: `${world.name}-empty` });
  expect((await temporal.client.workflow.count()).count).toBe(0);
  await temporal.close();
  expect((await world.pool.query('SELECT 1 FROM milestones')).rowCount).toBe(milestones);
  // Our own came back as well, and were known as ours.
  expect(await deadLetters(world)).toEqual([]);
  expect(await contentRow(world, ids[1] ?? '')).toMatchObject({ phase: 'terminal', generation: 1 });
});

test('a fact whose upload never comes is a dead letter in the end, and an upload opens it again', async () => {
  await start({ parkedFactMs: 400 });
  const id = newContentId();
  await world.topics.send('media.transcoded', transcoded(id));
  await eventually('a dead letter', async () => (await deadLetters(world, id)).length === 1);
  expect(await deadLetters(world, id)).toMatchObject([{ code: 'NO_SUCH_CONTENT', resolved: false }]);
  expect(await outcomesOf(world, id)).toMatchObject([{ outcome: 'dead', code: 'NO_SUCH_CONTENT' }]);

  await world.topics.send('media.upload.initiated', upload(id));
  await eventually('both delivered', async () =>
    (await outcomesOf(world, id)).every((one) => one.outcome === 'delivered'),
  );
  expect(await deadLetters(world, id)).toMatchObject([{ code: 'NO_SUCH_CONTENT', resolved: true }]);
  const [run] = await runsOf(world, id);
  expect(
    run?.signals
      .flat()
      .map((fact) => fact.body.kind)
      .sort(),
  ).toEqual(['transcoded', 'upload']);
});

test('the clock of waiting facts stands still while uploads are not read', async () => {
  await start({ parkedFactMs: 400 });
  const id = newContentId();
  await world.topics.send('media.transcoded', transcoded(id));
  await eventually('parked', async () => (await outcomesOf(world, id))[0]?.outcome === 'parked');
  // Another transaction holds the identity of an upload, so that its batch, and with it the offset, is stuck.
  const blocker = await world.pool.connect();
  const eventId = randomUUID();
  await blocker.query('BEGIN');
  await blocker.query(
    `INSERT INTO event_ids (consumer, event_id, payload_hash, row_id, topic, expires_at) VALUES ('bridge', $1, '', 0, '-', now())`,
    [eventId],
  );
  await world.topics.send('media.upload.initiated', upload(id), { eventId });
  const ran = async (): Promise<number> =>
    Number((await world.pool.query<{ ran_ms: string }>('SELECT ran_ms FROM route_clocks')).rows[0]?.ran_ms);
  const looks = async (): Promise<string> =>
    (await world.pool.query<{ seen: string }>('SELECT seen_at::text AS seen FROM route_clocks')).rows[0]?.seen ?? '';
  const nextLook = async (): Promise<void> => {
    const before = await looks();
    await eventually('a look', async () => (await looks()) !== before);
  };
  await nextLook();
  await nextLook();
  const before = await ran();
  for (let look = 0; look < 8; look++) await nextLook();
  expect(await ran()).toBe(before);
  expect(await deadLetters(world, id)).toEqual([]);
  await blocker.query('ROLLBACK');
  blocker.release();
  await eventually('both delivered', async () => {
    const outcomes = await outcomesOf(world, id);
    return outcomes.length === 2 && outcomes.every((one) => one.outcome === 'delivered');
  });
});
