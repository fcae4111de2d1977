import { register } from '../../../operations/register';
import { readAudit } from '../../../platform/postgres/audit-outcomes';
import { createWorld, type World } from '../../support/world';

jest.setTimeout(60_000);

let world: World;
beforeAll(async () => {
  world = await createWorld({ uses: ['postgres'] });
});
afterAll(() => world.close());

const record = {
  contentId: 'c-1',
  creatorId: 'anna',
  title: 'A title',
  contentType: 'VIDEO' as const,
  residency: 'GLOBAL' as const,
};
const write = (patch: object = {}) => register(world, 'local:test', { ...record, ...patch });
const set = (contentId: string, columns: string) =>
  world.pool.query(`UPDATE contents SET ${columns} WHERE content_id = $1`, [contentId]);

test('a registration makes a draft that nobody can see, and stands in the audit', async () => {
  const { content, outcome } = await write();
  expect(outcome).toBe('created');
  expect(content).toMatchObject({
    phase: 'draft',
    status: 'DRAFT',
    visibility: 'HIDDEN',
    metadataVersion: 1,
    tags: [],
  });
  expect(await readAudit(world.pool, 'c-1')).toMatchObject([
    { verb: 'register', actor: 'local:test', commandId: null },
  ]);
});

test('another title raises the metadata version, the same record does not', async () => {
  await write({ contentId: 'c-2' });
  expect((await write({ contentId: 'c-2', title: 'Another' })).content.metadataVersion).toBe(2);
  const same = await write({ contentId: 'c-2', title: 'Another' });
  expect(same).toMatchObject({ outcome: 'unchanged', content: { metadataVersion: 2 } });
});

test('while it is worked on, the title may change but not whose it is', async () => {
  await write({ contentId: 'c-3' });
  await set('c-3', `phase = 'open', status = 'RUNNING'`);
  expect((await write({ contentId: 'c-3', title: 'Better' })).content.title).toBe('Better');
  for (const patch of [{ creatorId: 'ben' }, { residency: 'NG' }, { contentType: 'AUDIO' }]) {
    await expect(write({ contentId: 'c-3', ...patch })).rejects.toMatchObject({ code: 'RECORD_FIXED' });
  }
});

test('a mismatch that the run is parked for can be mended', async () => {
  await write({ contentId: 'c-4' });
  await set('c-4', `phase = 'open', status = 'PARKED', failure_code = 'CREATOR_MISMATCH'`);
  expect((await write({ contentId: 'c-4', creatorId: 'ben' })).content.creatorId).toBe('ben');
  await expect(write({ contentId: 'c-4', creatorId: 'ben', residency: 'NG' })).rejects.toMatchObject({
    code: 'RECORD_FIXED',
  });
});

test.each([
  [`phase = 'terminal', status = 'CANCELLED'`],
  [`phase = 'terminal', status = 'PUBLISHED', visibility = 'PUBLISHED'`],
  [`phase = 'open', visibility = 'AGE_GATED'`],
])('what has ended or is visible keeps its record: %s', async (columns) => {
  await write({ contentId: 'c-5' }).catch(() => undefined);
  await set('c-5', columns);
  await expect(write({ contentId: 'c-5', title: 'Too late' })).rejects.toMatchObject({ code: 'ALREADY_FINISHED' });
});

test('content that came without a record is given one', async () => {
  await world.pool.query(
    `INSERT INTO contents (content_id, phase, status, creator_id, residency, content_type)
     VALUES ('c-6', 'open', 'PARKED', 'anna', 'GLOBAL', 'VIDEO')`,
  );
  expect(await write({ contentId: 'c-6' })).toMatchObject({ outcome: 'changed', content: { metadataVersion: 1 } });
});

test('every field that is not right is named at once', async () => {
  const bad = { contentId: '.hidden', title: 'a\u0000b', residency: 'ng' };
  await expect(write(bad)).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    message: expect.stringMatching(/contentId.*title.*residency/) as string,
  });
  await expect(register(world, 'local:test', { contentId: 'c-7' } as never)).rejects.toThrow(/title is missing/);
});

test('ten registrations of one content at once end as one row with a version each', async () => {
  const all = Array.from({ length: 10 }, (_, n) => write({ contentId: 'c-8', title: `Title ${String(n)}` }));
  const outcomes = (await Promise.all(all)).map((done) => done.outcome);
  expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
  const { rows } = await world.pool.query(`SELECT metadata_version FROM contents WHERE content_id = 'c-8'`);
  expect(rows).toEqual([{ metadata_version: 10 }]);
});
