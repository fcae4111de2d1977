import { registerAttention } from '../../../bridge/inbound/attention-metrics';
import { createRegistry } from '../../../platform/metrics';
import { listContents, type ContentFilter } from '../../../platform/postgres/contents';
import { explaining } from '../../support/plans';
import { createWorld, type World } from '../../support/world';

jest.setTimeout(60_000);

const CONTENTS = 100_000;
const EVERY = 1_000;

let world: World;
beforeAll(async () => {
  world = await createWorld({ uses: ['postgres'] });
  await world.pool.query(
    `INSERT INTO contents (content_id, phase, status, stage, attention, failure_code, since)
     SELECT 'c-' || n, 'open', CASE WHEN n % $2 = 0 THEN 'PARKED' ELSE 'RUNNING' END, 'transcode', n % $2 = 0,
       CASE WHEN n % $2 = 0 THEN 'TRANSCODE_FAILED' END, now() - n * interval '1 second'
     FROM generate_series(1, $1) n`,
    [CONTENTS, EVERY],
  );
  await world.pool.query('ANALYZE contents');
});
afterAll(() => world.close());

test.each<[string, ContentFilter]>([
  ['the first page', { attention: true }],
  ['a page in the middle', { attention: true, after: { updatedAt: '2999-01-01 00:00:00+00', contentId: 'c-50000' } }],
])('what needs attention is found through its own index among 100,000 contents: %s', async (_which, filter) => {
  const plans: string[] = [];
  const { contents } = await listContents(explaining(world.pool, plans), filter);
  expect(contents).toHaveLength(50);
  expect(plans[0]).toMatch(/Index Scan using contents_attention/);
  expect(plans[0]).not.toMatch(/Seq Scan|Sort/);
});

test('the metrics count it by code and stage, with the oldest, and read nothing else', async () => {
  const plans: string[] = [];
  const registry = createRegistry();
  registerAttention(registry, explaining(world.pool, plans), world.log);
  const page = await registry.metrics();
  expect(page).toMatch(/^reelway_contents_attention\{code="TRANSCODE_FAILED",stage="transcode"\} 100$/m);
  const oldest = /^reelway_contents_attention_oldest_seconds\{.*\} (\S+)$/m.exec(page)?.[1];
  expect(Number(oldest)).toBeGreaterThanOrEqual(CONTENTS);
  expect(plans).toHaveLength(1);
  expect(plans[0]).toMatch(/contents_attention/);
  expect(plans[0]).not.toMatch(/Seq Scan/);
});
