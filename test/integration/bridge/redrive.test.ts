import { randomUUID } from 'node:crypto';
import { startBridge, type Bridge } from '../../../bridge/inbound/bridge';
import { createIntake } from '../../../bridge/inbound/intake';
import { createWayIn } from '../../../bridge/inbound/way-in';
import { correct } from '../../../operations/dead-letters-correct';
import { deadLetter, deadLetters } from '../../../operations/dead-letters';
import { discard } from '../../../operations/dead-letters-discard';
import { redrive, type RedriveInput, type RedriveResult } from '../../../operations/dead-letters-redrive';
import { eventually } from '../../support/eventually';
import { createWorld, type World } from '../../support/world';
import { kinds, newContentId, outcomesOf, recordOf, runsOf, transcoded, upload } from './events';

// A busy machine with two cores.
jest.setTimeout(60_000);

let world: World;
let bridge: Bridge;
let take: ReturnType<typeof createIntake>;
const deps = () => ({ ...world, wayIn: createWayIn(world.config) });

beforeAll(async () => {
  world = await createWorld();
  const { config, pool, kafka, temporal, log } = world;
  bridge = await startBridge({ config, pool, kafka, temporal: temporal.client, log });
  take = createIntake({ pool, log, lateFlag: 'hide', onTaken: () => undefined });
}, 60_000);

afterAll(async () => {
  await bridge.stop();
  await world.close();
}, 60_000);

async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const result of results) found.push(result);
  return found;
}

const again = (ids: string[], more: Partial<RedriveInput> = {}): Promise<RedriveResult[]> =>
  collect(redrive(deps(), { ids, actor: 'local:test', commandId: randomUUID(), ...more }));

const lettersOf = (contentId: string) => deadLetters(world, { contentId });
async function onlyLetter(contentId: string): Promise<string> {
  const [letter, ...more] = await lettersOf(contentId);
  expect(more).toEqual([]);
  return letter?.id ?? 'none';
}

/** A transcoded event of a content that was started, with a number where text should be. */
async function invalid(contentId: string, eventId: string = randomUUID()) {
  const payload = { ...transcoded(contentId), duration_seconds: 'twelve' };
  await take([recordOf('media.transcoded', payload, { eventId })]);
  return { letter: await onlyLetter(contentId), eventId };
}

const valueOf = (contentId: string, eventId: string, seconds = 12): Buffer =>
  recordOf('media.transcoded', transcoded(contentId, seconds), { eventId }).value ?? Buffer.alloc(0);

async function begin(contentId: string): Promise<void> {
  await take([recordOf('media.upload.initiated', upload(contentId), { eventId: randomUUID() })]);
  await eventually('the run has its upload', async () => kinds((await runsOf(world, contentId))[0]).length === 1);
}

const told = (contentId: string, facts: string[]) =>
  eventually(`${contentId} was told ${facts.join(', ')}`, async () => {
    const runs = await runsOf(world, contentId);
    return runs.flatMap(kinds).join() === facts.join() && runs;
  });

const countRows = async (table: string, where: string, value: string): Promise<number> => {
  const found = await world.pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM ${table} WHERE ${where} = $1`,
    [value],
  );
  return found.rows[0]?.count ?? -1;
};

test('a record with a mended payload is applied exactly once, and a second redrive does nothing', async () => {
  const id = newContentId();
  await begin(id);
  const { letter, eventId } = await invalid(id);
  expect(await again([letter], { dryRun: true })).toMatchObject([
    { outcome: 'dead', code: 'SCHEMA_INVALID', reason: expect.stringMatching(/duration_seconds/) as string },
  ]);
  const correction = valueOf(id, eventId);
  const why = { correction, reason: 'the producer wrote a word' };
  expect(await again([letter], { ...why, dryRun: true })).toMatchObject([{ outcome: 'new', dryRun: true }]);
  expect(await deadLetter(world, letter)).toMatchObject({ status: 'open', redrives: 0, correction: null });
  expect(await countRows('inbox', 'event_id', eventId)).toBe(0);

  expect(await again([letter], why)).toMatchObject([{ outcome: 'new', code: null, eventId, contentId: id }]);
  const runs = await told(id, ['upload', 'transcoded']);
  expect(runs).toHaveLength(1);
  expect(await again([letter])).toMatchObject([{ outcome: 'already', code: 'ALREADY_REDRIVEN' }]);
  expect(await countRows('inbox', 'event_id', eventId)).toBe(1);
  expect(await outcomesOf(world, id)).toHaveLength(2);
  expect(await lettersOf(id)).toEqual([]);
  const kept = await deadLetter(world, letter);
  expect(kept).toMatchObject({ status: 'redriven', correction: { reason: why.reason, actor: 'local:test' } });
  expect(kept.value).toMatch(/"twelve"/);
});

test('what was stored by edit is what a redrive takes, and both stand in the audit', async () => {
  const id = newContentId();
  await begin(id);
  const { letter, eventId } = await invalid(id);
  const command = { id: letter, actor: 'local:test', reason: 'a word for a number', commandId: randomUUID() };
  const nonsense = correct(deps(), { ...command, value: Buffer.from('{') });
  await expect(nonsense).rejects.toMatchObject({ code: 'CORRECTION_INVALID' });
  expect(await countRows('audit', 'content_id', id)).toBe(0);

  const value = valueOf(id, eventId);
  const edited = await correct(deps(), { ...command, value });
  expect(edited).toMatchObject({ id: letter, eventId, contentId: id });
  expect(await correct(deps(), { ...command, value })).toEqual(edited);
  const other = correct(deps(), { ...command, value: valueOf(id, eventId, 13) });
  await expect(other).rejects.toMatchObject({ code: 'COMMAND_ID_REUSED' });
  expect(await countRows('inbox', 'event_id', eventId)).toBe(0);
  expect(await again([letter])).toMatchObject([{ outcome: 'new' }]);
  await told(id, ['upload', 'transcoded']);
  const { rows } = await world.pool.query<{ verb: string }>(
    'SELECT verb FROM audit WHERE content_id = $1 ORDER BY audit_id',
    [id],
  );
  expect(rows.map((row) => row.verb)).toEqual(['dlq edit', 'dlq redrive']);
  await expect(correct(deps(), { ...command, value: valueOf(id, eventId) })).rejects.toMatchObject({
    code: 'ALREADY_REDRIVEN',
  });
});

test('a fact that waited too long for its upload goes in through its own row', async () => {
  const id = newContentId();
  const eventId = randomUUID();
  await take([recordOf('media.transcoded', transcoded(id), { eventId })]);
  await eventually('parked', async () => (await outcomesOf(world, id))[0]?.outcome === 'parked');
  await bury(id);
  const letter = await onlyLetter(id);
  // The content is there now, without a start that would have opened the fact.
  await world.pool.query(
    `INSERT INTO contents (content_id, phase, status, generation) VALUES ($1, 'terminal', 'CANCELLED', 1)`,
    [id],
  );
  expect(await again([letter], { dryRun: true })).toMatchObject([{ outcome: 'reopened' }]);
  expect(await lettersOf(id)).toHaveLength(1);
  expect(await again([letter])).toMatchObject([{ outcome: 'reopened', eventId }]);
  await eventually('routed', async () => (await outcomesOf(world, id))[0]?.outcome === 'late');
  expect(await again([letter])).toMatchObject([{ outcome: 'already' }]);
  expect(await countRows('inbox', 'event_id', eventId)).toBe(1);
});

test('a buried fact whose row was dropped goes in as the record it was', async () => {
  const id = newContentId();
  const eventId = randomUUID();
  await take([recordOf('media.transcoded', transcoded(id), { eventId })]);
  await eventually('parked', async () => (await outcomesOf(world, id))[0]?.outcome === 'parked');
  await bury(id);
  const letter = await onlyLetter(id);
  await world.pool.query('DELETE FROM inbox WHERE event_id = $1', [eventId]);
  expect(await again([letter])).toMatchObject([{ outcome: 'new', eventId }]);
  await eventually('parked again', async () => (await outcomesOf(world, id))[0]?.outcome === 'parked');
  await begin2(id);
  await told(id, ['upload', 'transcoded']);
});

/** As the sweeper does when the clock of the upload route has gone on far enough. */
async function bury(contentId: string): Promise<void> {
  await world.pool.query(
    `WITH dead AS (
       UPDATE inbox SET status = 'dead', code = 'NO_SUCH_CONTENT', parked_clock = NULL
       WHERE ordering_key = $1 AND status = 'parked' RETURNING *)
     INSERT INTO dead_letters (consumer, topic, partition, kafka_offset, record_key, value, headers, event_id,
       content_id, row_id, code, reason)
     SELECT 'bridge', topic, partition, kafka_offset, record_key, raw, headers, event_id, ordering_key, row_id, code, 'waited'
     FROM dead`,
    [contentId],
  );
  await world.pool.query(`UPDATE event_ids SET outcome = 'dead', code = 'NO_SUCH_CONTENT' WHERE content_id = $1`, [
    contentId,
  ]);
}

/** The facts of the content may wait for it. */
const begin2 = (contentId: string): Promise<void> =>
  take([recordOf('media.upload.initiated', upload(contentId), { eventId: randomUUID() })]);

test('a reused event id stays dead until the correction has an id of its own', async () => {
  const id = newContentId();
  await begin(id);
  const eventId = randomUUID();
  await take([recordOf('media.transcoded', transcoded(id, 1), { eventId })]);
  await take([recordOf('media.transcoded', transcoded(id, 2), { eventId })]);
  const letter = await onlyLetter(id);
  expect(await again([letter])).toMatchObject([{ outcome: 'dead', code: 'EVENT_ID_REUSED' }]);
  const same = again([letter], { correction: valueOf(id, eventId, 3), reason: 'another length' });
  await expect(same).rejects.toMatchObject({
    code: 'CORRECTION_INVALID',
    message: expect.stringMatching(/REUSED/) as string,
  });
  expect(await deadLetter(world, letter)).toMatchObject({ redrives: 1, lastCode: 'EVENT_ID_REUSED', correction: null });
  expect(await lettersOf(id)).toHaveLength(1);
  const own = { correction: valueOf(id, randomUUID(), 3), reason: 'an id of its own' };
  expect(await again([letter], own)).toMatchObject([{ outcome: 'new' }]);
  await told(id, ['upload', 'transcoded', 'transcoded']);
});

test('what came in by itself meanwhile is a duplicate, and the letter is done', async () => {
  const id = newContentId();
  await begin(id);
  const { letter, eventId } = await invalid(id);
  const value = valueOf(id, eventId);
  await take([{ ...recordOf('media.transcoded', {}, { eventId }), value }]);
  expect(await again([letter], { correction: value, reason: 'mended' })).toMatchObject([{ outcome: 'duplicate' }]);
  await told(id, ['upload', 'transcoded']);
  expect(await lettersOf(id)).toEqual([]);
});

test('after three tries in vain a letter is quarantined, and only force and a reason bring it in', async () => {
  const id = newContentId();
  await begin(id);
  const { letter, eventId } = await invalid(id);
  for (const tried of [1, 2, 3]) {
    expect(await again([letter])).toMatchObject([{ outcome: 'dead', code: 'SCHEMA_INVALID' }]);
    expect(await deadLetter(world, letter)).toMatchObject({ redrives: tried });
  }
  expect(await deadLetter(world, letter)).toMatchObject({ status: 'quarantined' });
  expect(await again([letter])).toMatchObject([{ outcome: 'refused', code: 'DEAD_LETTER_QUARANTINED' }]);
  expect(await deadLetter(world, letter)).toMatchObject({ redrives: 3 });
  await correct(deps(), {
    ...{ id: letter, value: valueOf(id, eventId), actor: 'local:test', reason: 'mended', commandId: randomUUID() },
  });
  expect(await again([letter])).toMatchObject([{ outcome: 'refused' }]);
  await expect(again([letter], { force: true })).rejects.toMatchObject({ code: 'REASON_MISSING' });
  expect(await again([letter], { force: true, reason: 'mended' })).toMatchObject([{ outcome: 'new' }]);
  await told(id, ['upload', 'transcoded']);
});

test('a command that is repeated under its id does not try again what it tried', async () => {
  const id = newContentId();
  const { letter } = await invalid(id);
  const commandId = randomUUID();
  for (const _ of [1, 2, 3, 4]) {
    expect(await again([letter], { commandId })).toMatchObject([{ outcome: 'dead', code: 'SCHEMA_INVALID' }]);
  }
  expect(await deadLetter(world, letter)).toMatchObject({ status: 'open', redrives: 1 });
});

test('a discarded letter keeps its bytes, is opened by force only, and stands in the audit', async () => {
  const id = newContentId();
  const { letter } = await invalid(id);
  const input = { ids: [letter, '999999999', 'x'], actor: 'local:test', reason: 'a test', commandId: randomUUID() };
  const missing = { outcome: 'missing', code: 'NOT_FOUND' };
  expect(await collect(discard(world, { ...input, dryRun: true }))).toMatchObject([
    { outcome: 'discarded', dryRun: true },
    missing,
    missing,
  ]);
  expect(await lettersOf(id)).toHaveLength(1);
  expect(await collect(discard(world, input))).toMatchObject([{ outcome: 'discarded' }, missing, missing]);
  expect(await collect(discard(world, input))).toMatchObject([{ outcome: 'already' }, missing, missing]);
  expect(await lettersOf(id)).toEqual([]);
  expect((await deadLetter(world, letter)).value).toMatch(/"twelve"/);
  expect(await again([letter])).toMatchObject([{ outcome: 'refused', code: 'DEAD_LETTER_DISCARDED' }]);
  expect(await again([letter], { force: true, reason: 'look' })).toMatchObject([{ outcome: 'dead' }]);
  expect(await countRows('audit', 'content_id', id)).toBe(2);
});

test('two redrives by filter side by side apply each of many letters once, in the order of the records', async () => {
  const id = newContentId();
  await begin(id);
  const events = Array.from({ length: 60 }, (_, index) => ({ eventId: randomUUID(), seconds: index + 1 }));
  await take(
    events.map(({ eventId, seconds }) =>
      recordOf('media.transcoded', { ...transcoded(id), duration_seconds: String(seconds) }, { eventId }),
    ),
  );
  const letters = (await deadLetters(world, { contentId: id, limit: 100 })).reverse();
  for (const [index, { id: letter }] of letters.entries()) {
    const { eventId, seconds } = events[index]!;
    const value = valueOf(id, eventId, seconds);
    await correct(deps(), { id: letter, value, actor: 'local:test', reason: 'mended', commandId: randomUUID() });
  }
  const all = () => {
    const input = { filter: { contentId: id }, actor: 'local:test', rate: 10_000 };
    return collect(redrive(deps(), { ...input, commandId: randomUUID() }));
  };
  const results = (await Promise.all([all(), all()])).flat();
  expect(results.filter(({ outcome }) => outcome === 'new')).toHaveLength(60);
  expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['new', 'already']));
  const runs = await told(id, ['upload', ...events.map(() => 'transcoded')]);
  const seconds = runs[0]?.signals
    .flat()
    .flatMap(({ body }) => (body.kind === 'transcoded' ? [body.durationSeconds] : []));
  expect(seconds).toEqual(events.map((event) => event.seconds));
  expect(await all()).toEqual([]);
});

test('the rate holds a redrive back', async () => {
  const id = newContentId();
  const { letter } = await invalid(id);
  const begun = Date.now();
  const missing = Array.from({ length: 10 }, (_, index) => String(900_000_000 + index));
  expect(await again([...missing, letter], { rate: 20 })).toHaveLength(11);
  expect(Date.now() - begun).toBeGreaterThanOrEqual(490);
});

test('a redrive that is broken off goes on where it stopped', async () => {
  const id = newContentId();
  await begin(id);
  const first = await invalid(id);
  await correct(deps(), {
    ...{
      id: first.letter,
      value: valueOf(id, first.eventId),
      actor: 'local:test',
      reason: 'r',
      commandId: randomUUID(),
    },
  });
  const input = { filter: { contentId: id }, actor: 'local:test', commandId: randomUUID() };
  for await (const { outcome } of redrive(deps(), input)) {
    expect(outcome).toBe('new');
    break;
  }
  expect(await collect(redrive(deps(), input))).toEqual([]);
  await told(id, ['upload', 'transcoded']);
});
