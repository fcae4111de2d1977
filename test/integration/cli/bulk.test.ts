import { eventually } from '../../support/eventually';
import type { RunResult } from '../../support/processes';
import { createItem } from '../../support/story';
import { createWorld, type World } from '../../support/world';

/** Other services do the work: a content waits at transcode until somebody says that it is done. */
const SERVICES = {
  REELWAY_TRANSCODE_EXECUTOR: 'service',
  REELWAY_MODERATE_EXECUTOR: 'service',
  REELWAY_PACKAGE_EXECUTOR: 'service',
  REELWAY_SILENCE: 'review',
};
const COUNT = 12;

jest.setTimeout(120_000);

let world: World;
beforeAll(async () => {
  world = await createWorld({ env: SERVICES });
  await world.spawnReelway(['up']);
  for (const creator of ['anna', 'bo']) {
    for (let n = 0; n < COUNT; n++) {
      const item = await createItem(world, { id: `${creator}-${String(n)}`, creator });
      await item.upload();
    }
  }
  await eventually('all wait', async () => (await waiting('anna')) === COUNT && (await waiting('bo')) === COUNT);
}, 120_000);
afterAll(() => world.close());

async function waiting(creator: string): Promise<number> {
  const { rows } = await world.pool.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM contents WHERE creator_id = $1 AND status = 'WAITING' AND stage = 'transcode'`,
    [creator],
  );
  return rows[0]?.n ?? 0;
}

const bulk = (...args: string[]): Promise<RunResult> => world.runReelway(['bulk', ...args]);
const lines = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Commands of a creator's contents in the audit, and how many contents they are of. */
async function audited(verb: string, creator: string) {
  const { rows } = await world.pool.query<{ commands: number; contents: number }>(
    `SELECT count(*)::int AS commands, count(DISTINCT content_id)::int AS contents FROM audit
     WHERE verb = $1 AND content_id LIKE $2 || '-%'`,
    [verb, creator],
  );
  return rows[0];
}

const QUERY = ['--query', 'status=WAITING creator=anna', '--reason', 'they had a holiday'];

test('a dry run lists what the query finds, and changes nothing', async () => {
  const { code, stdout } = await bulk('extend', ...QUERY, '--by', '1h', '--dry-run', '-o', 'jsonl');
  expect(code).toBe(0);
  expect(lines(stdout)).toHaveLength(COUNT);
  expect(await audited('extend', 'anna')).toEqual({ commands: 0, contents: 0 });
});

test('where nobody can be asked it says how many, shows some, and does nothing without --yes', async () => {
  const { code, stdout, stderr } = await bulk('extend', ...QUERY, '--by', '1h');
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain('anna-');
  expect(stderr).toContain('… and 7 more');
  expect(stderr).toContain(`extend ${String(COUNT)} contents`);
  expect(await audited('extend', 'anna')).toEqual({ commands: 0, contents: 0 });
});

test('Ctrl-C ends after what is under way; resumed, each has had the command once', async () => {
  const args = ['bulk', 'extend', ...QUERY, '--by', '1h', '--yes', '-o', 'jsonl', '--rate'];
  const slow = world.startReelway([...args, '3']);
  await eventually('the first is done', () => slow.said().stdout.includes('\n'));
  slow.kill('SIGINT');
  const { code, stdout, stderr } = await slow.ended;
  expect(code).toBe(1);
  const first = lines(stdout).length;
  expect(first).toBeLessThan(COUNT);
  const resume = /stopped after (\d+) of 12; to go on, add --resume (\S+)/.exec(stderr);
  expect(Number(resume?.[1])).toBe(first);
  expect(await audited('extend', 'anna')).toEqual({ commands: first, contents: first });

  const rest = await bulk(...args.slice(1), '100', '--resume', String(resume?.[2]));
  expect(rest).toMatchObject({ code: 0 });
  expect(lines(rest.stdout).every(({ outcome }) => outcome === 'done')).toBe(true);
  expect(await audited('extend', 'anna')).toEqual({ commands: COUNT, contents: COUNT });
});

test('a refusal is told for each content, and the others go on', async () => {
  const id = 'anna-3';
  await world.runReelway(['content', 'cancel', id, '--reason', 'not this one', '--yes']);
  await eventually('it ended', async () => (await waiting('anna')) === COUNT - 1);
  const { code, stdout, stderr } = await bulk(
    'retry',
    '--query',
    'creator=anna',
    '--reason',
    'all',
    '--yes',
    '-o',
    'jsonl',
  );
  expect(code).toBe(5);
  const codes = Object.fromEntries(lines(stdout).map(({ contentId, code: refusal }) => [contentId, refusal]));
  expect(Object.keys(codes)).toHaveLength(COUNT);
  expect(codes).toMatchObject({ [id]: 'ALREADY_FINISHED', 'anna-4': 'NOT_PARKED' });
  expect(stderr).toContain(`${String(COUNT)} refused`);
});

test('run twice at the same time, every content has ended once', async () => {
  const args = ['cancel', '--query', 'creator=bo status=WAITING', '--reason', 'bo left', '--yes', '-o', 'jsonl'];
  const both = await Promise.all([bulk(...args, '--rate', '100'), bulk(...args, '--rate', '100')]);
  for (const { stdout } of both) expect(lines(stdout).length).toBeLessThanOrEqual(COUNT);
  await eventually('all ended', async () => {
    const { rows } = await world.pool.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM contents WHERE creator_id = 'bo' AND status = 'CANCELLED'`,
    );
    return rows[0]?.n === COUNT;
  });
});

test.each([
  ['--query', ''],
  ['--query', 'everything'],
  ['--query', 'status=ASLEEP'],
])('a query that is none is refused before anything is asked: %s %j', async (...query) => {
  const { code, stderr } = await bulk('retry', ...query, '--reason', 'x', '--yes');
  expect(code).toBe(2);
  expect(stderr).toContain('content list');
});

test('a Temporal that is away stops it after what was begun, with what to do next', async () => {
  const env = { REELWAY_TEMPORAL_ADDRESS: '127.0.0.1:1' };
  const { code, stderr } = await world.runReelway(['bulk', 'extend', ...QUERY, '--by', '1h', '--yes'], env);
  expect(code).toBe(3);
  expect(stderr).toMatch(/stopped after \d+ of 11; to go on, add --resume/);
});
