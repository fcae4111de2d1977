import { randomUUID } from 'node:crypto';
import { workflowIdOf } from '../../../contracts/model/ids';
import { startBridge, type Bridge } from '../../../bridge/inbound/bridge';
import { eventually } from '../../support/eventually';
import { createWorld, type World } from '../../support/world';
import {
  approved,
  contentRow,
  deadLetters,
  flagged,
  kinds,
  newContentId,
  outcomesOf,
  runsOf,
  transcoded,
  upload,
} from './events';

// A busy machine with two cores.
jest.setTimeout(60_000);

let world: World;
let bridge: Bridge;

const start = (): Promise<Bridge> =>
  startBridge({
    config: world.config,
    pool: world.pool,
    kafka: world.kafka,
    temporal: world.temporal.client,
    log: world.log,
  });

beforeAll(async () => {
  world = await createWorld();
  bridge = await start();
  await eventually('the bridge is ready', () => bridge.ready());
}, 60_000);

afterAll(async () => {
  await bridge.stop();
  await world.close();
}, 60_000);

/** Handled means: the dispatcher has nothing of this content left to do. */
const handled = (contentId: string, events: number) =>
  eventually(`${String(events)} events of ${contentId} are handled`, async () => {
    const outcomes = await outcomesOf(world, contentId);
    return outcomes.length === events && outcomes.every((one) => one.outcome !== null) ? outcomes : null;
  });

test('an upload event starts one run with its fact, and its row is open', async () => {
  const id = newContentId();
  await world.topics.send('media.upload.initiated', upload(id));
  expect(await handled(id, 1)).toMatchObject([{ outcome: 'delivered', code: null }]);
  const runs = await runsOf(world, id);
  expect(runs).toHaveLength(1);
  expect(runs[0]?.signals).toMatchObject([
    [{ key: `session-of-${id}`, body: { kind: 'upload', creatorId: 'creator-1' } }],
  ]);
  expect(runs[0]?.input).toMatchObject({ contentId: id, generation: 1, policy: { verify: 'full' } });
  expect(await contentRow(world, id)).toMatchObject({ phase: 'open', generation: 1, status: 'STARTING' });
});

test('people see the run before any worker has touched it', async () => {
  const id = newContentId();
  await world.topics.send('media.upload.initiated', upload(id));
  await handled(id, 1);
  const seen = await world.temporal.client.workflow.getHandle(workflowIdOf(id)).describe();
  const attributes = Object.fromEntries(seen.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]));
  expect(attributes).toMatchObject({
    CreatorId: 'creator-1',
    Residency: 'GLOBAL',
    Generation: 1,
    NeedsAttention: false,
  });
  expect(await seen.staticSummary()).toBe('VIDEO of creator-1, GLOBAL');
});

test('five copies of an upload event at once are one run and one signal', async () => {
  const id = newContentId();
  const eventId = randomUUID();
  await Promise.all([1, 2, 3, 4, 5].map(() => world.topics.send('media.upload.initiated', upload(id), { eventId })));
  await eventually('four repeats', async () => (await outcomesOf(world, id))[0]?.repeats === 4);
  await handled(id, 1);
  const runs = await runsOf(world, id);
  expect(runs.map((run) => run.signals.length)).toEqual([1]);
});

test('five upload events of one session with ids of their own are one run', async () => {
  const id = newContentId();
  await Promise.all([1, 2, 3, 4, 5].map(() => world.topics.send('media.upload.initiated', upload(id))));
  await handled(id, 5);
  const runs = await runsOf(world, id);
  expect(runs).toHaveLength(1);
  // The run itself knows them by their business key.
  expect(new Set(runs[0]?.signals.flat().map((fact) => fact.key))).toEqual(new Set([`session-of-${id}`]));
});

test('facts that come before their upload are parked and go in front of nothing that came later', async () => {
  const id = newContentId();
  await world.topics.send('media.transcoded', transcoded(id, 1));
  await eventually('parked', async () => (await outcomesOf(world, id))[0]?.outcome === 'parked');
  await world.topics.send('moderation.approved', approved(id));
  await eventually('parked', async () => (await outcomesOf(world, id))[1]?.outcome === 'parked');
  expect(await outcomesOf(world, id)).toMatchObject([{ code: 'NOT_STARTED' }, { code: 'NOT_STARTED' }]);
  expect(await runsOf(world, id)).toEqual([]);

  await world.topics.send('media.upload.initiated', upload(id));
  await eventually('all delivered', async () =>
    (await outcomesOf(world, id)).every((one) => one.outcome === 'delivered'),
  );
  const [run] = await runsOf(world, id);
  expect(kinds(run)).toEqual(['upload', 'transcoded', 'decided']);
  await world.topics.send('media.transcoded', transcoded(id, 2));
  await handled(id, 4);
  expect(kinds((await runsOf(world, id))[0])).toEqual(['upload', 'transcoded', 'decided', 'transcoded']);
});

test('an event for finished content is late and calls nobody', async () => {
  const id = newContentId();
  await world.pool.query(
    `INSERT INTO contents (content_id, phase, status, generation) VALUES ($1, 'terminal', 'CANCELLED', 1)`,
    [id],
  );
  await world.topics.send('media.upload.initiated', upload(id));
  await world.topics.send('moderation.flagged', flagged(id));
  const late = { outcome: 'late', code: 'CONTENT_FINISHED' };
  expect(await handled(id, 2)).toMatchObject([late, late]);
  expect(await runsOf(world, id)).toEqual([]);
});

test('an open content without a run is held and asks for attention, and its fact is not late', async () => {
  const id = newContentId();
  await world.pool.query(
    `INSERT INTO contents (content_id, phase, status, generation) VALUES ($1, 'open', 'RUNNING', 1)`,
    [id],
  );
  await world.topics.send('media.transcoded', transcoded(id));
  await eventually('held', async () => (await contentRow(world, id))?.['failure_code'] === 'RUN_MISSING');
  expect(await outcomesOf(world, id)).toMatchObject([{ outcome: null }]);
  const { rows } = await world.pool.query(
    'SELECT last_code, due_at IS NOT NULL AS due FROM inbox_keys WHERE ordering_key = $1',
    [id],
  );
  expect(rows).toEqual([{ last_code: 'RUN_MISSING', due: true }]);
});

test('the same event id with another payload is a dead letter, and the first one stands', async () => {
  const id = newContentId();
  const eventId = randomUUID();
  await world.topics.send('media.upload.initiated', upload(id), { eventId });
  await world.topics.send('media.upload.initiated', upload(id, 'another'), { eventId: eventId.toUpperCase() });
  await eventually('a dead letter', async () => (await deadLetters(world, id)).length === 1);
  expect(await deadLetters(world, id)).toMatchObject([{ code: 'EVENT_ID_REUSED' }]);
  await handled(id, 1);
  expect((await runsOf(world, id))[0]?.signals.flat().map((fact) => fact.key)).toEqual([`session-of-${id}`]);
});

test('who only uses our name is a dead letter', async () => {
  const id = newContentId();
  await world.topics.send('moderation.approved', approved(id), { source: 'reelway' });
  await eventually('a dead letter', async () => (await deadLetters(world, id)).length === 1);
  expect(await deadLetters(world, id)).toMatchObject([{ code: 'FORGED_SOURCE' }]);
  expect(await outcomesOf(world, id)).toEqual([]);
});

test('poison is dead byte for byte without the credentials of its sender, and its neighbours are handled', async () => {
  const [before, after] = [newContentId(), newContentId()];
  const poison = Buffer.from('{"event_id": "\\u0000", \xff', 'latin1');
  await world.topics.send('media.upload.initiated', upload(before));
  await world.topics.sendRaw('media.upload.initiated', 'k', poison, { Authorization: 'Bearer x', trace: 'a\u0000b' });
  await world.topics.send('media.upload.initiated', upload(after));
  await Promise.all([handled(before, 1), handled(after, 1)]);
  const letters = (await deadLetters(world)).filter((letter) => letter.value?.equals(poison));
  expect(letters).toMatchObject([{ code: 'NOT_JSON', headers: { trace: 'a\uFFFDb' } }]);
  expect(letters[0]?.headers).not.toHaveProperty('Authorization');
});

test('a flag on visible content hides it at once, audited, and begins a new generation at moderate', async () => {
  const id = newContentId();
  await publishedContent(id);
  const eventId = await world.topics.send('moderation.flagged', flagged(id));
  expect(await handled(id, 1)).toMatchObject([{ outcome: 'delivered' }]);
  expect(await contentRow(world, id)).toMatchObject({
    visibility: 'HIDDEN',
    attention: true,
    failure_code: 'REVIEW_OPEN',
    open_flags: 1,
    generation: 2,
    phase: 'open',
  });
  const { rows: audit } = await world.pool.query('SELECT actor, verb, args FROM audit WHERE content_id = $1', [id]);
  expect(audit).toMatchObject([{ actor: 'bridge', verb: 'hide', args: { eventId } }]);
  const runs = await runsOf(world, id);
  expect(runs).toHaveLength(1);
  expect(runs[0]?.input).toMatchObject({
    generation: 2,
    carried: {
      revision: 1,
      visibility: 'HIDDEN',
      manifests: { hls: 'a.m3u8', dash: 'a.mpd', cekId: 'cek-1' },
      upload: {
        rawKey: `raw/${id}.mp4`,
        uploadSessionId: 's1',
        residency: 'NG',
        at: Date.parse('2026-01-01T00:00:00Z'),
      },
    },
  });
  expect(kinds(runs[0])).toEqual(['flagged']);
});

test('a flag that a reviewer has answered since is late', async () => {
  const id = newContentId();
  await publishedContent(id);
  await world.pool.query(
    `INSERT INTO decisions (decision_id, content_id, generation, revision, decision, actor, reason, decided_at)
     VALUES ('d-' || $1, $1, 1, 1, 'APPROVED', 'reviewer:r1', 'fine', '2026-03-01')`,
    [id],
  );
  await world.topics.send('moderation.flagged', flagged(id), { timestamp: '2026-02-01T00:00:00Z' });
  expect(await handled(id, 1)).toMatchObject([{ outcome: 'late', code: 'CONTENT_FINISHED' }]);
  expect(await contentRow(world, id)).toMatchObject({ visibility: 'PUBLISHED', generation: 1, open_flags: 0 });
});

async function publishedContent(id: string): Promise<void> {
  await world.pool.query(
    `INSERT INTO contents (content_id, phase, status, visibility, generation, revision, revision_at, upload_session_id,
       hls_manifest, dash_manifest, cek_id)
     VALUES ($1, 'terminal', 'PUBLISHED', 'PUBLISHED', 1, 1, '2026-01-01T00:00:00Z', 's1', 'a.m3u8', 'a.mpd', 'cek-1')`,
    [id],
  );
  await world.pool.query(
    `INSERT INTO uploads VALUES ($1, 's1', 'creator-1', $2, 'NG', 'AUDIO', '2026-01-01T00:00:00Z')`,
    [id, `raw/${id}.mp4`],
  );
}
