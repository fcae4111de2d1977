import { fanOutIdOf } from '../../../contracts/model/ids';
import { DEFAULT_CHANNELS } from '../../../contracts/model/notices';
import { ATTRIBUTES } from '../../../contracts/model/search-attributes';
import type { NewContent } from '../../../contracts/model/ports';
import { startDue, type FanOutDeps } from '../../../bridge/outbound/fan-outs';
import { advanceFanOut, endFanOut, insertFanOut, readFanOut, stopFanOut } from '../../../platform/postgres/fanouts';
import { connectTemporal } from '../../../platform/temporal/client';
import { createWorld, type World } from '../../support/world';

jest.setTimeout(60_000);

let world: World;
beforeAll(async () => {
  world = await createWorld({ uses: ['postgres', 'temporal'] });
}, 60_000);
afterAll(() => world.close());
beforeEach(() => world.pool.query('DELETE FROM fanouts'));

const deps = (): FanOutDeps => ({ pool: world.pool, client: world.temporal.client, log: world.log });

const plan = (contentId: string, over: Partial<NewContent> = {}): Promise<void> =>
  insertFanOut(world.pool, {
    ...{ contentId, creatorId: 'anna', title: 'A walk', contentType: 'VIDEO', residency: 'NG', traceparent: null },
    ...{ channels: DEFAULT_CHANNELS.NEW_CONTENT, at: Date.now(), ...over },
  });

const runOf = (contentId: string) => world.temporal.client.workflow.getHandle(fanOutIdOf(contentId));

test('what is planned is started once, under the name of its content, and shows what it is about', async () => {
  await plan('c-1');
  expect(await startDue(deps())).toBe(1);
  expect(await startDue(deps())).toBe(0);
  const { typedSearchAttributes: shown, status } = await runOf('c-1').describe();
  expect(status.name).toBe('RUNNING');
  expect([shown.get(ATTRIBUTES.residency), shown.get(ATTRIBUTES.creatorId)]).toEqual(['NG', 'anna']);
});

test('a run that is open is left alone, one that was terminated is begun again', async () => {
  await plan('c-2');
  await startDue(deps());
  expect(await startDue(deps(), 0)).toBe(0);
  await runOf('c-2').terminate('by hand');
  expect(await startDue(deps(), 0)).toBe(1);
});

test('while Temporal is away the plan stays, and it is started afterwards', async () => {
  await plan('c-3');
  const nowhere = await connectTemporal({ ...world.config.temporal, address: '127.0.0.1:1' });
  await expect(startDue({ ...deps(), client: nowhere.client })).rejects.toThrow();
  await nowhere.close();
  expect(await startDue(deps())).toBe(1);
});

test('no more than eight run at once, and one that ended makes room', async () => {
  for (let index = 0; index < 10; index++) await plan(`c-many-${String(index)}`);
  expect(await startDue(deps())).toBe(8);
  expect(await startDue(deps())).toBe(0);
  await endFanOut(world.pool, 'c-many-0');
  expect(await startDue(deps())).toBe(1);
});

const AGES = `UPDATE fanouts SET tried_at = tried_at - interval '61 s'`;

test('those that still tell hold their place however long they take; one that is silent makes room', async () => {
  for (let index = 0; index < 10; index++) await plan(`c-long-${String(index)}`);
  expect(await startDue(deps())).toBe(8);
  await world.pool.query(AGES);
  const begun = await world.pool.query<{ id: string }>(
    'SELECT content_id AS id FROM fanouts WHERE tried_at IS NOT NULL',
  );
  for (const { id } of begun.rows) await advanceFanOut(world.pool, { contentId: id, cursor: 'u1', told: 1 });
  expect(await startDue(deps())).toBe(0);

  await world.pool.query(AGES);
  for (const { id } of begun.rows.slice(1)) await advanceFanOut(world.pool, { contentId: id, cursor: 'u2', told: 2 });
  expect(await startDue(deps())).toBe(1);
});

test('one that was planned anew stays due while an attempt that was given up still tells', async () => {
  await plan('c-anew');
  await startDue(deps());
  await world.pool.query(`UPDATE fanouts SET stopped = 'HIDDEN', ended_at = now()`);
  await plan('c-anew');
  await advanceFanOut(world.pool, { contentId: 'c-anew', cursor: 'u1', told: 1 });
  await runOf('c-anew').terminate('by hand');
  expect(await startDue(deps())).toBe(1);
});

test('what was hidden and is published again before it could be stopped is not stopped', async () => {
  await world.pool.query(
    `INSERT INTO contents (content_id, phase, status, visibility) VALUES ('c-back', 'terminal', 'PUBLISHED', 'PUBLISHED')`,
  );
  await plan('c-back');
  expect(await stopFanOut(world.pool, 'c-back', 'HIDDEN')).toBe(false);
  expect(await readFanOut(world.pool, 'c-back')).toMatchObject({ ended: false, stopped: null });

  await world.pool.query(`UPDATE contents SET visibility = 'HIDDEN' WHERE content_id = 'c-back'`);
  expect(await stopFanOut(world.pool, 'c-back', 'HIDDEN')).toBe(true);
  expect(await readFanOut(world.pool, 'c-back')).toMatchObject({ ended: true, stopped: 'HIDDEN' });
  await plan('c-back');
  expect(await readFanOut(world.pool, 'c-back')).toMatchObject({ ended: false, stopped: null });
});
