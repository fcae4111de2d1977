import { randomUUID } from 'node:crypto';
import { createOutbound } from '../../../bridge/outbound/outbound';
import { claimKeys, lockClaimed, releaseKeys, wakeKeys } from '../../../platform/postgres/inbox-keys';
import { inTransaction } from '../../../platform/postgres/pool';
import { TestFailure } from '../../support/test-failure';
import { createWorld, type World } from '../../support/world';
import {
  contentRow,
  deadLetters,
  flagged,
  intakeOf,
  newContentId,
  outcomesOf,
  recordOf,
  snapshot,
  transcoded,
  upload,
} from './events';

// A busy machine with two cores.
jest.setTimeout(60_000);

let world: World;

beforeAll(async () => {
  world = await createWorld({ uses: ['postgres'] });
}, 60_000);
afterAll(() => world.close(), 60_000);

const intake = (lateFlag: 'hide' | 'attention' = 'hide') => intakeOf(world, lateFlag);

const outbound = () =>
  createOutbound({
    pool: world.pool,
    producer: {
      send: (records) => Promise.resolve(records.map(() => ({ partition: 0, offset: '0' }))),
      close: () => Promise.resolve(),
    },
    log: world.log,
  });

const rowIdsOf = async (id: string): Promise<string[]> =>
  (
    await world.pool.query<{ row_id: string }>('SELECT row_id FROM inbox WHERE ordering_key = $1 ORDER BY row_id', [id])
  ).rows.map((row) => row.row_id);

test('what the run says about a fact stands for good', async () => {
  const id = newContentId();
  await intake()([recordOf('media.upload.initiated', upload(id), { eventId: randomUUID() })]);
  const [row = ''] = await rowIdsOf(id);
  await outbound().announce({
    snapshot: snapshot(id),
    milestones: [],
    notices: [],
    outcomes: [{ row, outcome: 'applied', code: null }],
    closing: false,
  });
  expect(await outcomesOf(world, id)).toMatchObject([{ outcome: 'applied', code: null }]);
});

test('the renditions of a service are remembered for a later generation once the run has applied them', async () => {
  const id = newContentId();
  await intake()([recordOf('media.transcoded', transcoded(id, 42), { eventId: randomUUID() })]);
  const [row = ''] = await rowIdsOf(id);
  const say = (outcome: 'ignored' | 'applied') =>
    outbound().announce({
      snapshot: snapshot(id),
      milestones: [],
      notices: [],
      outcomes: [{ row, outcome, code: outcome === 'ignored' ? 'NOT_EXECUTOR' : null }],
      closing: false,
    });
  await say('ignored');
  expect(await contentRow(world, id)).toMatchObject({ transcoded: null });
  await say('applied');
  expect(await contentRow(world, id)).toMatchObject({
    transcoded: { durationSeconds: 42, renditions: [{ resolution: '360p' }] },
  });
});

test('a flag that the run met while it closed is open again and its key is due', async () => {
  const id = newContentId();
  await intake()([recordOf('moderation.flagged', flagged(id), { eventId: randomUUID() })]);
  await world.pool.query(`UPDATE inbox SET status = 'done' WHERE ordering_key = $1`, [id]);
  await world.pool.query('UPDATE inbox_keys SET due_at = NULL WHERE ordering_key = $1', [id]);
  const [row = ''] = await rowIdsOf(id);
  await outbound().announce({
    snapshot: snapshot(id, { status: 'PUBLISHED', stateVersion: 9 }),
    milestones: [],
    notices: [],
    outcomes: [{ row, outcome: 'parked', code: 'CONTENT_FINISHED' }],
    closing: true,
  });
  const { rows } = await world.pool.query(
    `SELECT i.status, i.code, k.due_at IS NOT NULL AS due FROM inbox i JOIN inbox_keys k USING (ordering_key)
     WHERE ordering_key = $1`,
    [id],
  );
  expect(rows).toEqual([{ status: 'open', code: 'CONTENT_FINISHED', due: true }]);
});

test('with "attention", a flag on visible content asks for a person and leaves it visible', async () => {
  const id = newContentId();
  await world.pool.query(
    `INSERT INTO contents (content_id, phase, status, visibility, generation) VALUES ($1, 'terminal', 'PUBLISHED', 'PUBLISHED', 1)`,
    [id],
  );
  await intake('attention')([recordOf('moderation.flagged', flagged(id), { eventId: randomUUID() })]);
  expect(await contentRow(world, id)).toMatchObject({ visibility: 'PUBLISHED', attention: true, open_flags: 1 });
});

test('a flag about an earlier revision raises nothing', async () => {
  const id = newContentId();
  await world.pool.query(
    `INSERT INTO contents (content_id, phase, status, visibility, generation, revision, revision_at)
     VALUES ($1, 'open', 'RUNNING', 'HIDDEN', 1, 2, '2026-06-01')`,
    [id],
  );
  const at = '2026-05-01T00:00:00Z';
  await intake()([recordOf('moderation.flagged', flagged(id), { eventId: randomUUID(), at })]);
  expect(await contentRow(world, id)).toMatchObject({ open_flags: 0 });
});

test('a batch with new events, repeats, a reused id and poison is one transaction and all are accounted for', async () => {
  const id = newContentId();
  const [a, b] = [randomUUID(), randomUUID()];
  const poison = { ...recordOf('media.transcoded', {}, { eventId: b }), value: null };
  await intake()([
    recordOf('media.upload.initiated', upload(id), { eventId: a }),
    recordOf('media.upload.initiated', upload(id), { eventId: a }),
    recordOf('media.upload.initiated', upload(id, 'other'), { eventId: a }),
    poison,
    recordOf('media.transcoded', transcoded(id), { eventId: b }),
  ]);
  expect(await outcomesOf(world, id)).toMatchObject([
    { topic: 'media.upload.initiated', repeats: 1 },
    { topic: 'media.transcoded', repeats: 0 },
  ]);
  expect((await deadLetters(world)).map((letter) => letter.code)).toEqual(
    expect.arrayContaining(['EVENT_ID_REUSED', 'NULL_VALUE']),
  );
});

test('a dead record that is read again is one dead letter; one of a topic made anew is another', async () => {
  const id = newContentId();
  const record = recordOf('media.transcoded', { content_id: id }, { eventId: randomUUID(), offset: 7_000 });
  await intake()([record]);
  await intake()([record]);
  expect(await deadLetters(world, id)).toHaveLength(1);
  await intake()([
    recordOf('media.transcoded', { content_id: id, other: 1 }, { eventId: randomUUID(), offset: 7_000 }),
  ]);
  expect(await deadLetters(world, id)).toHaveLength(2);
});

test('batches of the same events in opposite orders do not wait for each other for ever', async () => {
  const ids = Array.from({ length: 40 }, newContentId);
  const records = ids.map((id) => recordOf('media.upload.initiated', upload(id), { eventId: randomUUID() }));
  const more = ids.map((id) => recordOf('moderation.flagged', flagged(id), { eventId: randomUUID() }));
  const all = [...records, ...more];
  await Promise.all([intake()(all), intake()([...all].reverse()), intake()(records), intake()([...more].reverse())]);
  const { rows } = await world.pool.query(
    'SELECT count(*)::int AS events, sum(repeats)::int AS repeats FROM event_ids WHERE content_id = ANY($1)',
    [ids],
  );
  expect(rows).toEqual([{ events: 80, repeats: 160 }]);
});

test('a key is claimed once, comes back when its lease ends, and then nobody writes under the old lease', async () => {
  await world.pool.query('DELETE FROM inbox_keys');
  await wakeKeys(world.pool, ['k']);
  const [mine] = await claimKeys(world.pool, 5, 15_000);
  expect(await claimKeys(world.pool, 5, 15_000)).toEqual([]);
  await world.pool.query('UPDATE inbox_keys SET due_at = now()');
  const [theirs] = await claimKeys(world.pool, 5, 15_000);
  if (!mine || !theirs) throw new TestFailure('not claimed');
  expect(await inTransaction(world.pool, (db) => lockClaimed(db, [mine]))).toEqual(new Set());
  expect(await inTransaction(world.pool, (db) => lockClaimed(db, [theirs]))).toEqual(new Set(['k']));
});

test('a row that comes in while its key is claimed is not forgotten', async () => {
  await world.pool.query('DELETE FROM inbox_keys');
  await wakeKeys(world.pool, ['k']);
  const [claimed] = await claimKeys(world.pool, 1, 15_000);
  await wakeKeys(world.pool, ['k']);
  expect(await claimKeys(world.pool, 1, 15_000)).toEqual([]);
  await releaseKeys(world.pool, [{ key: 'k', arrivals: claimed?.arrivals ?? '', againInMs: null, code: null }]);
  expect(await claimKeys(world.pool, 1, 15_000)).toHaveLength(1);
});
