import { randomUUID } from 'node:crypto';
import { correct } from '../../../operations/dead-letters-correct';
import { deadLetter } from '../../../operations/dead-letters';
import { discard } from '../../../operations/dead-letters-discard';
import { eventually } from '../../support/eventually';
import { newContentId, outcomesOf, recordOf, transcoded, upload } from './events';
import {
  again,
  announce,
  begin,
  bury,
  closeWorld,
  collect,
  countRows,
  deps,
  invalid,
  lettersOf,
  onlyLetter,
  openWorld,
  parkedRows,
  take,
  told,
  valueOf,
  world,
} from './redrive-setting';

// A busy machine with two cores.
jest.setTimeout(90_000);

beforeAll(openWorld);
afterAll(closeWorld);

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
  await told(id, ['upload', 'transcoded']);
  expect(await again([letter])).toMatchObject([{ outcome: 'already', code: 'ALREADY_REDRIVEN' }]);
  expect(await countRows('inbox', 'event_id', eventId)).toBe(1);
  expect(await outcomesOf(world, id)).toHaveLength(2);
  expect(await lettersOf(id)).toEqual([]);
  const kept = await deadLetter(world, letter);
  expect(kept).toMatchObject({ status: 'redriven', correction: { reason: why.reason, actor: 'local:test' } });
  expect(kept.value).toMatch(/"twelve"/);
});

test("a record that today's schemas allow goes in as it is", async () => {
  const id = newContentId();
  await begin(id);
  const eventId = randomUUID();
  await world.pool.query(
    `INSERT INTO dead_letters (consumer, topic, partition, kafka_offset, value, event_id, content_id, code, reason)
     VALUES ('bridge', 'media.transcoded', 0, 1, $1, $2, $3, 'SCHEMA_INVALID', 'the schema of last week')`,
    [valueOf(id, eventId), eventId, id],
  );
  const letter = await onlyLetter(id);
  expect(await again([letter], { dryRun: true })).toMatchObject([{ outcome: 'new' }]);
  expect(await again([letter])).toMatchObject([{ outcome: 'new' }]);
  await told(id, ['upload', 'transcoded']);
  // The record comes once more from Kafka, as after a rebalance.
  await take([{ ...recordOf('media.transcoded', {}, { eventId }), value: valueOf(id, eventId), offset: '1' }]);
  expect(await outcomesOf(world, id)).toMatchObject([{}, { outcome: 'delivered', repeats: 1 }]);
});

test('what Kafka brought, and could not be used, is applied after its payload was mended', async () => {
  const id = newContentId();
  const eventId = randomUUID();
  await world.topics.send('media.upload.initiated', upload(id));
  await world.topics.send('media.transcoded', { ...transcoded(id), duration_seconds: null }, { eventId });
  await eventually('the record is dead', async () => (await lettersOf(id)).length === 1);
  await told(id, ['upload']);
  const mended = { correction: valueOf(id, eventId), reason: 'the producer left the length out' };
  expect(await again([await onlyLetter(id)], mended)).toMatchObject([{ outcome: 'new', eventId }]);
  await told(id, ['upload', 'transcoded']);
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
  await eventually('parked', async () => (await parkedRows(id)) === 1);
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

test('a fact that is redriven before its content exists waits and is buried again, until the upload opens it', async () => {
  const id = newContentId();
  const isParked = async () => (await outcomesOf(world, id))[0]?.outcome === 'parked' && (await parkedRows(id)) === 1;
  await take([recordOf('media.transcoded', transcoded(id), { eventId: randomUUID() })]);
  await eventually('parked', isParked);
  await bury(id);
  const letter = await onlyLetter(id);
  expect(await again([letter])).toMatchObject([{ outcome: 'reopened' }]);
  await eventually('parked again', async () => (await parkedRows(id)) === 1);
  await bury(id);
  expect(await deadLetter(world, letter)).toMatchObject({ status: 'open', redrives: 1 });
  await announce(id);
  await told(id, ['upload', 'transcoded']);
  expect(await again([letter])).toMatchObject([{ outcome: 'already' }]);
});

test('a discarded fact stays away when its upload comes', async () => {
  const id = newContentId();
  await take([recordOf('media.transcoded', transcoded(id), { eventId: randomUUID() })]);
  await eventually('parked', async () => (await parkedRows(id)) === 1);
  await bury(id);
  const input = { ids: [await onlyLetter(id)], actor: 'local:test', reason: 'a test', commandId: randomUUID() };
  expect(await collect(discard(world, input))).toMatchObject([{ outcome: 'discarded' }]);
  await begin(id);
  await take([recordOf('media.transcoded', transcoded(id, 7), { eventId: randomUUID() })]);
  expect(await told(id, ['upload', 'transcoded'])).toMatchObject([{}, { durationSeconds: 7 }]);
});

test('a buried fact whose row was dropped goes in as the record it was', async () => {
  const id = newContentId();
  const eventId = randomUUID();
  await take([recordOf('media.transcoded', transcoded(id), { eventId })]);
  await eventually('parked', async () => (await parkedRows(id)) === 1);
  await bury(id);
  const letter = await onlyLetter(id);
  await world.pool.query('DELETE FROM inbox WHERE event_id = $1', [eventId]);
  expect(await again([letter])).toMatchObject([{ outcome: 'new', eventId }]);
  await eventually('parked again', async () => (await outcomesOf(world, id))[0]?.outcome === 'parked');
  await announce(id);
  await told(id, ['upload', 'transcoded']);
});

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

test('the bytes of another event that has come before are refused: they would close the letter and apply nothing', async () => {
  const [id, other] = [newContentId(), newContentId()];
  await begin(id);
  await begin(other);
  const { letter, eventId } = await invalid(id);
  const known = randomUUID();
  await take([recordOf('media.transcoded', transcoded(other), { eventId: known })]);
  const wrong = valueOf(other, known);
  const told = { code: 'CORRECTION_INVALID', message: expect.stringContaining(`${known}, which has come`) as string };
  await expect(again([letter], { correction: wrong, reason: 'the wrong file' })).rejects.toMatchObject(told);
  const command = { id: letter, actor: 'local:test', reason: 'the wrong file', commandId: randomUUID() };
  await expect(correct(deps(), { ...command, value: wrong })).rejects.toMatchObject(told);
  expect(await deadLetter(world, letter)).toMatchObject({ status: 'open', eventId, correction: null });
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
