import { randomUUID } from 'node:crypto';
import { correct } from '../../../operations/dead-letters-correct';
import { deadLetter, deadLetters } from '../../../operations/dead-letters';
import { discard } from '../../../operations/dead-letters-discard';
import { redrive } from '../../../operations/dead-letters-redrive';
import { newContentId, recordOf, transcoded } from './events';
import {
  again,
  begin,
  closeWorld,
  collect,
  countRows,
  deps,
  invalid,
  lettersOf,
  openWorld,
  take,
  told,
  valueOf,
  world,
} from './redrive-setting';

// A busy machine with two cores.
jest.setTimeout(90_000);

beforeAll(openWorld);
afterAll(closeWorld);

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
  const bodies = await told(id, ['upload', ...events.map(() => 'transcoded')]);
  const seconds = bodies.flatMap((body) => (body.kind === 'transcoded' ? [body.durationSeconds] : []));
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
