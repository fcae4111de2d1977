import { randomUUID } from 'node:crypto';
import { MAX_START_AGE_MS } from '../../../bridge/inbound/plan';
import { eventually } from '../../support/eventually';
import { contentRow, newContentId, outcomesOf, recordOf, runsOf, transcoded, upload } from './events';
import { again, closeWorld, countRows, lettersOf, onlyLetter, openWorld, take, told, world } from './redrive-setting';

// A busy machine with two cores.
jest.setTimeout(90_000);

beforeAll(openWorld);
afterAll(closeWorld);

const MINUTE_MS = 60_000;
const uploadOfAge = (id: string, ageMs: number, session = 'old') => ({
  ...recordOf('media.upload.initiated', upload(id, session), { eventId: randomUUID() }),
  timestamp: String(Date.now() - ageMs),
});
const OLD = MAX_START_AGE_MS + MINUTE_MS;

test('an upload that waited in its topic for as long as it may begins its content', async () => {
  const id = newContentId();
  await take([uploadOfAge(id, MAX_START_AGE_MS - MINUTE_MS)]);
  await told(id, ['upload']);
  expect(await lettersOf(id)).toEqual([]);
});

test('one that is older is a dead letter, which says how old, and nothing is begun', async () => {
  const id = newContentId();
  await take([uploadOfAge(id, OLD)]);
  await eventually('it is dead', async () => (await lettersOf(id)).length === 1);
  const reason = expect.stringMatching(/8\.0 days old when it came in; an upload begins nothing after 8$/) as string;
  expect(await lettersOf(id)).toMatchObject([{ code: 'START_TOO_OLD', reason, status: 'open' }]);
  expect(await outcomesOf(world, id)).toMatchObject([{ outcome: 'dead', code: 'START_TOO_OLD' }]);
  expect(await contentRow(world, id)).toBeUndefined();
  expect(await runsOf(world, id)).toEqual([]);
});

test('a person who redrives it begins the content, with the facts that waited', async () => {
  const id = newContentId();
  await take([uploadOfAge(id, OLD), recordOf('media.transcoded', transcoded(id), { eventId: randomUUID() })]);
  await eventually('it is dead', async () => (await lettersOf(id)).length === 1);
  expect(await again([await onlyLetter(id)])).toMatchObject([{ outcome: 'reopened', contentId: id }]);
  await told(id, ['upload', 'transcoded']);
  expect(await lettersOf(id)).toEqual([]);
});

test('also when its inbox row is long gone', async () => {
  const id = newContentId();
  await take([uploadOfAge(id, OLD)]);
  await eventually('it is dead', async () => (await lettersOf(id)).length === 1);
  await world.pool.query('DELETE FROM inbox WHERE ordering_key = $1', [id]);
  expect(await again([await onlyLetter(id)])).toMatchObject([{ outcome: 'new', contentId: id }]);
  await told(id, ['upload']);
  expect(await countRows('inbox', 'ordering_key', id)).toBe(1);
});

test('one that was dead for another reason begins the content once it is mended, however old it is', async () => {
  const id = newContentId();
  const eventId = randomUUID();
  const bad = recordOf('media.upload.initiated', { ...upload(id), creator_id: 12 }, { eventId });
  await take([{ ...bad, timestamp: String(Date.now() - OLD) }]);
  const mended = recordOf('media.upload.initiated', upload(id), { eventId }).value ?? Buffer.alloc(0);
  const letter = await onlyLetter(id);
  expect(await again([letter], { correction: mended, reason: 'mended' })).toMatchObject([{ outcome: 'new' }]);
  await told(id, ['upload']);
  expect(await lettersOf(id)).toEqual([]);
});

test('a younger upload that came with it begins the content, alone', async () => {
  const id = newContentId();
  await take([uploadOfAge(id, OLD), uploadOfAge(id, 0, 'young')]);
  expect(await told(id, ['upload'])).toMatchObject([{ uploadSessionId: 'young' }]);
  await eventually('the old one is dead', async () => (await lettersOf(id)).length === 1);
  expect(await lettersOf(id)).toMatchObject([{ code: 'START_TOO_OLD' }]);
});
