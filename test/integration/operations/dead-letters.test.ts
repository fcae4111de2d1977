import { deadLetterHours, deadLetters, exportDeadLetters } from '../../../operations/dead-letters';
import { pageStatement, type DeadLetterFilter } from '../../../platform/postgres/dead-letter-views';
import { createWorld, type World } from '../../support/world';

const COUNT = 5_000;
const HOUR_MS = 3_600_000;
const NOON = Date.parse('2026-03-01T12:00:00Z');

jest.setTimeout(60_000);

let world: World;
beforeAll(async () => {
  world = await createWorld({ uses: ['postgres'] });
  // One letter in fifty is of another topic and code, one in 500 about a content; they became dead one a second.
  await world.pool.query(
    `INSERT INTO dead_letters (at, consumer, topic, partition, kafka_offset, code, reason, content_id, value)
     SELECT to_timestamp($2::float8 / 1000) + n * interval '1 s', 'bridge',
       CASE WHEN n % 50 = 0 THEN 'media.drm.packaged' ELSE 'media.transcoded' END, 0, n,
       CASE WHEN n % 50 = 0 THEN 'SCHEMA_INVALID' ELSE 'NOT_JSON' END, 'made for a test',
       CASE WHEN n % 500 = 0 THEN 'c-' || n END, convert_to('{' || n, 'UTF8')
     FROM generate_series(1, $1) n ORDER BY n`,
    [COUNT, NOON],
  );
  await world.pool.query(`UPDATE dead_letters SET quarantined_at = now() WHERE kafka_offset % 1000 = 0`);
  await world.pool.query(`UPDATE dead_letters SET resolved_at = now() WHERE kafka_offset % 1000 = 1`);
  await world.pool.query('ANALYZE dead_letters');
});
afterAll(() => world.close());

test('are listed newest first, a page at a time, each once, whatever the number of digits of their ids', async () => {
  const seen: number[] = [];
  for (let after: string | undefined; ;) {
    const page = await deadLetters(world, { limit: 700, ...(after !== undefined && { after }) });
    seen.push(...page.map((letter) => Number(letter.offset)));
    after = page.at(-1)?.id;
    if (page.length < 700) break;
  }
  const unresolved = Array.from({ length: COUNT }, (_, index) => COUNT - index).filter((n) => n % 1_000 !== 1);
  expect(seen).toEqual(unresolved);
  expect((await deadLetters(world)).map((letter) => Number(letter.offset))).toEqual(unresolved.slice(0, 50));
});

test('every filter finds what it names', async () => {
  const count = async (filter: Parameters<typeof deadLetters>[1]) =>
    (await deadLetters(world, { limit: 1_000, ...filter })).length;
  expect(await count({ topic: 'media.drm.packaged' })).toBe(100);
  expect(await count({ code: 'SCHEMA_INVALID', contentId: 'c-1500' })).toBe(1);
  expect(await count({ status: 'quarantined' })).toBe(5);
  expect(await count({ status: 'redriven' })).toBe(5);
  expect(await count({ status: 'discarded' })).toBe(0);
  const since = new Date(NOON + 10_000).toISOString();
  const until = new Date(NOON + 20_000).toISOString();
  expect(await count({ since, until })).toBe(10);
});

test.each<[string, DeadLetterFilter]>([
  ['no filter', {}],
  ['topic', { topic: 'media.drm.packaged' }],
  ['code', { code: 'SCHEMA_INVALID' }],
  ['content', { contentId: 'c-1500' }],
  ['status', { status: 'quarantined' }],
  ['time', { since: new Date(NOON + 10_000), until: new Date(NOON + 20_000) }],
  ['topic and code', { topic: 'media.transcoded', code: 'NOT_JSON' }],
])('a page in the middle is found through an index: %s', async (_name, filter) => {
  const { text, values } = pageStatement(filter, { order: 'newest', limit: 50, after: '2500' });
  const { rows } = await world.pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toMatch(/(Index|Bitmap).* dead_letters_\w+|Index Scan/);
  expect(plan).not.toMatch(/Seq Scan on dead_letters d/);
});

test('hours are counted per topic and code, newest first, and in an hour the most', async () => {
  const hours = await deadLetterHours(world, { since: new Date(NOON).toISOString() });
  expect(hours.map(({ hour }) => Date.parse(hour))).toEqual([NOON + HOUR_MS, NOON + HOUR_MS, NOON, NOON]);
  // The first of 12:00 is one second past it; five are resolved.
  expect(hours).toMatchObject([
    { topic: 'media.transcoded', code: 'NOT_JSON', count: 1_371 },
    { topic: 'media.drm.packaged', code: 'SCHEMA_INVALID', count: 29 },
    { topic: 'media.transcoded', code: 'NOT_JSON', count: 3_524 },
    { topic: 'media.drm.packaged', code: 'SCHEMA_INVALID', count: 71 },
  ]);
});

test('an export has every letter of the filter once, oldest first, with its bytes', async () => {
  const lines = [];
  for await (const letter of exportDeadLetters(world, { filter: { topic: 'media.drm.packaged' } })) lines.push(letter);
  expect(lines.map((line) => Number(line.offset))).toEqual(Array.from({ length: 100 }, (_, n) => (n + 1) * 50));
  expect(Buffer.from(lines[0]?.value ?? '', 'base64').toString()).toBe('{50');
  const some = [];
  for await (const letter of exportDeadLetters(world, { filter: {}, limit: 45, after: '100' })) some.push(letter.id);
  expect(some).toHaveLength(45);
  expect(some[0]).toBe('101');
});
