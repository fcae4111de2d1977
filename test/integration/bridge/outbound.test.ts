import { randomUUID } from 'node:crypto';
import type { Milestone } from '../../../contracts/model/lifecycle';
import type { Notice } from '../../../contracts/model/notices';
import type { KafkaProducer, OutgoingRecord } from '../../../contracts/model/ports';
import type { AnnounceInput } from '../../../contracts/model/work';
import { createOutbound } from '../../../bridge/outbound/outbound';
import { createWorld, type World } from '../../support/world';
import { contentRow, intakeOf, newContentId, recordOf, snapshot, transcoded, upload } from './events';

// A busy machine with two cores.
jest.setTimeout(60_000);

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

const outbound = (through: KafkaProducer = producer) =>
  createOutbound({ pool: world.pool, producer: through, log: world.log });

const transition = (id: string, ordinal: number, over: Partial<Milestone> = {}): Milestone => ({
  topic: 'internal.lifecycle.events',
  milestone: 'transition',
  ordinal,
  at: Date.parse('2026-05-01T10:00:00Z') + ordinal,
  payload: {
    content_id: id,
    generation: 1,
    revision: 1,
    stage: 'upload',
    status: 'RUNNING',
    visibility: 'HIDDEN',
    attention: false,
    code: null,
    cause_event_id: null,
  },
  ...over,
});

const encoded = (id: string, seconds = 12): Milestone =>
  transition(id, 1, { topic: 'media.transcoded', milestone: 'transcoded', payload: transcoded(id, seconds) });

const announcement = (id: string, over: Partial<AnnounceInput> = {}): AnnounceInput => ({
  snapshot: snapshot(id),
  milestones: [],
  notices: [],
  outcomes: [],
  closing: false,
  ...over,
});

const recordsOf = async (
  id: string,
  topic: 'internal.lifecycle.events' | 'media.transcoded' = 'internal.lifecycle.events',
) => (await world.topics.read(topic)).filter((record) => record.key === id);

test('a milestone comes out of Kafka under its content, in our envelope, with its place in the order', async () => {
  const id = newContentId();
  const answer = await outbound().announce(
    announcement(id, { milestones: [transition(id, 1), encoded(id), transition(id, 2)] }),
  );
  expect(answer.refused).toEqual([]);
  const records = await recordsOf(id);
  expect(records.map(({ headers }) => [headers['sequence'], headers['topic-sequence']])).toEqual([
    ['1', '1'],
    ['3', '2'],
  ]);
  expect(records[0]?.json).toMatchObject({ source_service: 'reelway', timestamp: '2026-05-01T10:00:00.001Z' });
  expect(records[0]?.headers).toMatchObject({ 'content-id': id, 'event-id': records[0]?.json.event_id });
  expect((await recordsOf(id, 'media.transcoded')).map(({ headers }) => headers['sequence'])).toEqual(['2']);
  const { rows } = await world.pool.query(
    'SELECT count(*) FILTER (WHERE sent_at IS NOT NULL AND kafka_offset IS NOT NULL)::int AS sent FROM milestones WHERE content_id = $1',
    [id],
  );
  expect(rows).toEqual([{ sent: 3 }]);
});

test('the same announcement again stores and sends nothing', async () => {
  const id = newContentId();
  const input = announcement(id, { milestones: [transition(id, 1)] });
  await outbound().announce(input);
  await outbound().announce(input);
  expect(await recordsOf(id)).toHaveLength(1);
  expect(await contentRow(world, id)).toMatchObject({ sequence: '1' });
});

test('what was stored but not sent goes out first, with the same id and bytes, when the activity comes again', async () => {
  const id = newContentId();
  const sent: OutgoingRecord[] = [];
  let fails = true;
  const flaky: KafkaProducer = {
    send: async (records) => {
      const landed = await producer.send(records);
      sent.push(...records);
      // Kafka has it, but the answer is lost: the worst moment.
      if (fails) throw new Error('answer lost');
      return landed;
    },
    close: () => Promise.resolve(),
  };
  const first = announcement(id, { milestones: [transition(id, 1)] });
  await expect(outbound(flaky).announce(first)).rejects.toThrow('answer lost');
  fails = false;
  await outbound(flaky).announce(announcement(id, { milestones: [transition(id, 2)] }));
  expect(sent.map(({ headers }) => headers['sequence'])).toEqual(['1', '1', '2']);
  const records = await recordsOf(id);
  expect(records.map(({ headers }) => headers['sequence'])).toEqual(['1', '1', '2']);
  expect(records[1]?.value).toBe(records[0]?.value);
});

test('attempts side by side neither reorder nor leave a gap', async () => {
  const id = newContentId();
  await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      outbound().announce(announcement(id, { milestones: [transition(id, index + 1)] })),
    ),
  );
  const order = (await recordsOf(id)).map(({ headers }) => Number(headers['sequence']));
  expect(order).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
});

test('the same milestone with another payload is refused, and the first one stands', async () => {
  const id = newContentId();
  await outbound().announce(announcement(id, { milestones: [encoded(id, 12)] }));
  const { refused } = await outbound().announce(announcement(id, { milestones: [encoded(id, 13), transition(id, 1)] }));
  expect(refused).toMatchObject([{ code: 'MILESTONE_CONFLICT', topic: 'media.transcoded', ordinal: 1 }]);
  expect((await recordsOf(id, 'media.transcoded')).map(({ json }) => json.payload['duration_seconds'])).toEqual([12]);
  expect(await recordsOf(id)).toHaveLength(1);
});

test('what does not meet its schema is refused before it is stored, and the others go on', async () => {
  const id = newContentId();
  const bad = encoded(id);
  const { refused } = await outbound().announce(
    announcement(id, { milestones: [{ ...bad, payload: { ...bad.payload, duration_seconds: 0 } }, transition(id, 1)] }),
  );
  expect(refused).toMatchObject([{ code: 'MILESTONE_INVALID', milestone: 'transcoded' }]);
  expect(refused[0]?.message).toContain('duration_seconds');
  expect((await recordsOf(id)).map(({ headers }) => headers['sequence'])).toEqual(['1']);
  expect(await contentRow(world, id)).toMatchObject({ transcoded: null });
});

const sized = (id: string, bytes: number): Milestone => {
  const milestone = transition(id, 1);
  return { ...milestone, payload: { ...milestone.payload, filler: 'x'.repeat(bytes) } };
};

test('a milestone that Kafka would not take is refused before it is stored, and the others go on', async () => {
  const id = newContentId();
  const { refused } = await outbound().announce(
    announcement(id, { milestones: [sized(id, 1_000_000), transition(id, 2)] }),
  );
  expect(refused).toMatchObject([{ code: 'MILESTONE_TOO_LARGE', milestone: 'transition', ordinal: 1 }]);
  expect((await recordsOf(id)).map(({ headers }) => headers['sequence'])).toEqual(['1']);
  expect(await contentRow(world, id)).toMatchObject({ sequence: '1' });
});

test('the largest that is not refused goes through, with all its headers', async () => {
  const id = newContentId();
  const { refused } = await outbound().announce(announcement(id, { milestones: [sized(id, 999_000)] }));
  expect(refused).toEqual([]);
  expect((await recordsOf(id)).map(({ value }) => value.length > 999_000)).toEqual([true]);
});

test('headers say what CloudEvents say, of milestones and of notices', async () => {
  const id = newContentId();
  const at = Date.parse('2026-05-01T10:00:00.001Z');
  const vars = { content_id: id, decision: 'APPROVED' } as const;
  const notice: Notice = { userId: `user-of-${id}`, type: 'MODERATION_DECISION', cause: id, at, vars };
  await outbound().announce(announcement(id, { milestones: [encoded(id)], notices: [notice] }));
  const [milestone] = await recordsOf(id, 'media.transcoded');
  const notices = await world.topics.read('notification.dispatch.requested');
  const told = notices.find(({ key }) => key === notice.userId);
  const common = { ce_specversion: '1.0', ce_source: '/reelway', 'content-type': 'application/json' };
  expect(milestone?.headers).toEqual({
    ...common,
    ce_id: milestone?.json.event_id,
    ce_type: 'reelway.media.transcoded.v1',
    ce_time: '2026-05-01T10:00:00.001Z',
    'event-id': milestone?.json.event_id,
    'content-id': id,
    sequence: '1',
    'topic-sequence': '1',
  });
  expect(told?.headers).toMatchObject({
    ...common,
    ce_id: told?.json.event_id,
    ce_type: 'reelway.notification.dispatch.requested.v1',
    ce_time: told?.json.timestamp,
    'event-id': told?.json.event_id,
    'content-id': id,
    residency: 'GLOBAL',
  });
});

test('an older snapshot changes nothing, and none changes who can see the content', async () => {
  const id = newContentId();
  await outbound().announce(announcement(id, { snapshot: snapshot(id, { stateVersion: 5, stage: 'package' }) }));
  await world.pool.query(`UPDATE contents SET visibility = 'HIDDEN' WHERE content_id = $1`, [id]);
  const zombie = snapshot(id, { stateVersion: 4, stage: 'transcode', visibility: 'PUBLISHED' });
  await outbound().announce(announcement(id, { snapshot: zombie, milestones: [transition(id, 1)] }));
  expect(await contentRow(world, id)).toMatchObject({ stage: 'package', state_version: '5', visibility: 'HIDDEN' });
  const newer = snapshot(id, { stateVersion: 6, stage: 'publish', visibility: 'PUBLISHED' });
  await outbound().announce(announcement(id, { snapshot: newer }));
  expect(await contentRow(world, id)).toMatchObject({ stage: 'publish', visibility: 'HIDDEN', phase: 'open' });
});

test('an earlier generation does not overwrite a later one', async () => {
  const id = newContentId();
  await outbound().announce(
    announcement(id, { snapshot: snapshot(id, { generation: 2, stateVersion: 1, stage: 'moderate' }) }),
  );
  const old = snapshot(id, { generation: 1, stateVersion: 90, stage: 'publish', status: 'PUBLISHED' });
  await outbound().announce(announcement(id, { snapshot: old, closing: true }));
  expect(await contentRow(world, id)).toMatchObject({ generation: 2, stage: 'moderate', phase: 'open' });
});

test('a run that closes makes its content terminal, also when its state was announced before', async () => {
  const id = newContentId();
  const end = snapshot(id, { stateVersion: 7, stage: 'publish', status: 'PUBLISHED' });
  await outbound().announce(announcement(id, { snapshot: end }));
  expect(await contentRow(world, id)).toMatchObject({ phase: 'open' });
  await outbound().announce(announcement(id, { snapshot: end, closing: true }));
  expect(await contentRow(world, id)).toMatchObject({ phase: 'terminal', status: 'PUBLISHED' });
});

test('removed content is removed and stays so', async () => {
  const id = newContentId();
  const end = snapshot(id, { stateVersion: 3, status: 'REMOVED', visibility: 'REMOVED' });
  await outbound().announce(announcement(id, { snapshot: end, closing: true }));
  expect(await contentRow(world, id)).toMatchObject({ visibility: 'REMOVED', removed_at: expect.any(Date) as Date });
});

test('what the upload says does not overwrite what a person registered', async () => {
  const id = newContentId();
  await world.pool.query(
    `INSERT INTO contents (content_id, phase, creator_id, residency, metadata_version) VALUES ($1, 'draft', 'anna', 'NG', 1)`,
    [id],
  );
  await outbound().announce(announcement(id));
  expect(await contentRow(world, id)).toMatchObject({ creator_id: 'anna', residency: 'NG', content_type: 'VIDEO' });
});

test('a notice to a person goes out once per cause, keyed by user, outside the order', async () => {
  const id = newContentId();
  const notice: Notice = {
    userId: `user-of-${id}`,
    type: 'MODERATION_DECISION',
    cause: `decision-of-${id}`,
    at: Date.now(),
    vars: { content_id: id, decision: 'APPROVED' },
  };
  await outbound().announce(announcement(id, { notices: [notice], milestones: [transition(id, 1)] }));
  await outbound().announce(
    announcement(id, { notices: [{ ...notice, vars: { content_id: id, decision: 'REMOVED' } }] }),
  );
  const records = (await world.topics.read('notification.dispatch.requested')).filter(
    (one) => one.key === notice.userId,
  );
  expect(records.map(({ json }) => json.payload)).toEqual([
    {
      user_id: notice.userId,
      notification_type: 'MODERATION_DECISION',
      channels: ['IN_APP', 'EMAIL'],
      template_id: 'moderation-decision',
      template_vars: { content_id: id, decision: 'APPROVED' },
    },
  ]);
  expect(records[0]?.headers).not.toHaveProperty('sequence');
  expect((await recordsOf(id)).map(({ headers }) => headers['sequence'])).toEqual(['1']);
});

describe('the trace of an upload', () => {
  const TRACES = [
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`,
  ];
  const take = (id: string, session: string, headers: Record<string, string>): Promise<void> =>
    intakeOf(world)([recordOf('media.upload.initiated', upload(id, session), { eventId: randomUUID(), headers })]);
  const announceIn = (id: string, session: string, ordinal: number) =>
    outbound().announce(
      announcement(id, {
        snapshot: snapshot(id, { uploadSessionId: session, stateVersion: ordinal }),
        milestones: [transition(id, ordinal)],
      }),
    );
  const tracesOf = async (id: string) => (await recordsOf(id)).map(({ headers }) => headers['traceparent']);

  test('goes on in the milestones of its revision, also in a repeat', async () => {
    const id = newContentId();
    await take(id, 'first', { traceparent: TRACES[0] ?? '' });
    await announceIn(id, 'first', 1);
    // The first word about a session stands.
    await take(id, 'first', { traceparent: TRACES[1] ?? '' });
    await take(id, 'second', { traceparent: TRACES[1] ?? '' });
    await world.pool.query('UPDATE milestones SET sent_at = NULL WHERE content_id = $1', [id]);
    await announceIn(id, 'first', 2);
    await announceIn(id, 'second', 3);
    expect(await tracesOf(id)).toEqual([TRACES[0], TRACES[0], TRACES[0], TRACES[1]]);
  });

  test.each([
    ['none', {}],
    ['another version', { traceparent: `01-${'a'.repeat(32)}-${'b'.repeat(16)}-00` }],
    ['a trace of zeros', { traceparent: `00-${'0'.repeat(32)}-${'b'.repeat(16)}-00` }],
    ['something else', { traceparent: 'x'.repeat(10_000) }],
  ])('is no header where the upload came with %s', async (_what, headers) => {
    const id = newContentId();
    await take(id, 'first', headers);
    await announceIn(id, 'first', 1);
    expect(await tracesOf(id)).toEqual([undefined]);
    expect((await recordsOf(id))[0]?.headers).toHaveProperty('ce_id');
  });
});
