import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnApi, type RunningApi } from '../../support/api';
import type { ReelwayProcess, RunResult } from '../../support/processes';
import { createItem } from '../../support/story';
import { createWorld, type World } from '../../support/world';
import { recordOf, takeDead, transcoded } from '../bridge/events';

/** Other services do the work, so that a content stands where the test wants it, without ffmpeg. */
const SERVICES = {
  REELWAY_TRANSCODE_EXECUTOR: 'service',
  REELWAY_MODERATE_EXECUTOR: 'service',
  REELWAY_PACKAGE_EXECUTOR: 'service',
  REELWAY_SILENCE: 'review',
  REELWAY_RESIDENCY: 'GLOBAL,NG',
};

// Every command is a process of its own, on a machine that may be busy.
jest.setTimeout(240_000);

let world: World;
let up: ReelwayProcess;
let api: RunningApi;
beforeAll(async () => {
  world = await createWorld({ env: SERVICES });
  [up, api] = await Promise.all([world.spawnReelway(['up']), spawnApi(world)]);
}, 120_000);
afterAll(() => world.close());

/** One thing of each kind per client, so that each has the same to work on; names of one length keep tables alike. */
const SIDES = ['here', 'afar'] as const;
type Side = (typeof SIDES)[number];

const run = (side: Side, args: string[]): Promise<RunResult> =>
  world.runReelway(args, side === 'afar' ? api.env() : {});

const NUMBERED = ['id', 'auditId', 'offset', 'ms', 'partition', 'historyEvents', 'oldestSeconds', 'pollers', 'backlog'];
const FIGURE = new RegExp(`"(${NUMBERED.join('|')}|detail)": ?(\\d+|"[^"]*")`, 'g');

/** What differs because these are two things at two times, asked for by two people. */
const plain = (text: string): string =>
  text
    .replace(/"value":"([A-Za-z0-9+/=]{40,})"/g, (_match, bytes: string) =>
      Buffer.from(bytes, 'base64').toString('utf8'),
    )
    .replace(/-(here|afar)\b/g, '')
    .replace(/local:[\w-]+|the-admin/g, 'ACTOR')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UUID')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z|(\b\d+ [smhd] ago|\bnow\b|\bWHEN|\bSINCE) +|\b\d\d:\d\d:\d\d +[\d.]+ s/g, 'TIME')
    .replace(/[0-9a-f]{64}/g, 'SHA256')
    .replace(/\b7000\d\d\b|\b0\/\d+ */g, 'LETTER')
    .replace(FIGURE, '"$1":…')
    // What was thrown deep inside stays on the other side.
    .replace(/^ {2}because: .*\n/gm, '');

/** Both clients, one after the other; gives what they said where they said the same. */
async function both(args: (side: Side) => string[]): Promise<RunResult> {
  const [local, remote] = [await run('here', args('here')), await run('afar', args('afar'))];
  const said = ({ code, stdout, stderr }: RunResult): RunResult => ({
    code,
    stdout: plain(stdout),
    stderr: plain(stderr),
  });
  expect(said(remote)).toEqual(said(local));
  return said(local);
}

const RECORD = ['--creator', 'anna', '--title', 'A title', '--type', 'VIDEO', '--residency', 'GLOBAL'];
const reason = ['--reason', 'seen "twice"\nby \u001b[31mus'];

async function flaggedPair(name: string): Promise<void> {
  for (const side of SIDES) {
    const item = await createItem(world, { id: `${name}-${side}`, creator: 'anna' });
    await item.upload();
    await item.transcoded();
    await item.flagged();
    await item.reaches({ status: 'AWAITING_REVIEW' });
  }
}

test('a record is written, changed and shown in the same words', async () => {
  const register = (...more: string[]) => both((side) => ['content', 'register', `c-rec-${side}`, ...RECORD, ...more]);
  expect((await register()).stdout).toMatch(/created/);
  expect((await register('--tag', 'x')).stdout).toMatch(/changed/);
  expect((await register('--tag', 'x')).stdout).toMatch(/unchanged/);
  expect(await register('--title', 'two\nlines')).toMatchObject({ code: 2, stdout: '' });
  for (const verb of ['show', 'explain', 'audit'])
    expect(await both((side) => ['content', verb, `c-rec-${side}`, '-o', 'json'])).toMatchObject({ code: 0 });
});

test('what is listed is the same, text and JSON, filters and pages', async () => {
  await both((side) => ['content', 'register', `c-list-${side}`, ...RECORD]);
  const same = async (...args: string[]): Promise<RunResult> => both(() => args);
  for (const format of ['text', 'json', 'jsonl'])
    expect(await same('content', 'list', '-o', format)).toMatchObject({ code: 0 });
  expect((await same('content', 'list', '--limit', '1')).stderr).toMatch(/--after/);
  expect(await same('content', 'list', '--attention', '--residency', 'NG')).toMatchObject({ code: 0 });
  expect(await same('content', 'list', '--after', 'rubbish')).toMatchObject({ code: 2 });
  expect(await same('queues', '-o', 'json')).toMatchObject({ code: 0 });
  expect(await same('topics', 'check')).toMatchObject({ stdout: expect.stringContaining('media.published') as string });
  expect(await same('bridge', 'status', '-o', 'json')).toMatchObject({ code: 0 });
  expect(await same('dlq', 'histogram')).toMatchObject({ code: 0 });
  expect((await same('doctor', '-o', 'json')).stdout).toMatch(/postgres/);
});

test('a decision, an extension and a cancel have the same answers, and the audit names who asked', async () => {
  await flaggedPair('c-flag');
  const verb = (name: string, ...more: string[]) =>
    both((side) => ['content', name, `c-flag-${side}`, ...more, ...reason, '--command-id', `${name}-${side}`]);
  expect(await verb('extend', '--by', '2d')).toMatchObject({ code: 0 });
  expect(await verb('extend', '--by', '91d')).toMatchObject({ code: 2 });
  expect(await verb('retry')).toMatchObject({ code: 5, stderr: expect.stringContaining('NOT_PARKED') as string });
  const id = ['--command-id', `decide-${randomUUID()}`];
  const decide = (decision: string) =>
    both((side) => [
      'content',
      'decide',
      `c-flag-${side}`,
      decision,
      ...reason,
      ...id.slice(0, 1),
      `${id[1]!}-${side}`,
    ]);
  expect(await decide('APPROVED')).toMatchObject({ code: 0 });
  expect(await decide('APPROVED')).toMatchObject({ code: 0 });
  expect(await decide('REMOVED')).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('COMMAND_ID_REUSED') as string,
  });
  const cancel = (...more: string[]) =>
    both((side) => ['content', 'cancel', `c-flag-${side}`, '--reason', 'x', ...more]);
  expect(await cancel()).toMatchObject({ code: 2, stderr: expect.stringContaining('Nothing was done') as string });
  expect(await cancel('--yes')).toMatchObject({ code: 0 });
  const watch = await both((side) => [
    'content',
    'watch',
    `c-flag-${side}`,
    '--until',
    'CANCELLED',
    '--timeout',
    '30s',
  ]);
  expect(watch.code).toBe(0);
  expect(await cancel('--yes')).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('ALREADY_FINISHED') as string,
  });
  const { rows } = await world.pool.query<{ actor: string }>(
    `SELECT DISTINCT actor FROM audit WHERE content_id = 'c-flag-afar' AND verb <> 'register'`,
  );
  expect(rows).toEqual([{ actor: 'the-admin' }]);
  await both((side) => ['content', 'audit', `c-flag-${side}`, '-o', 'json']);
});

test.each([
  ['show', 'nobody', 4],
  ['audit', 'nobody', 4],
  ['retry', 'nobody', 4],
  ['show', '../queues', 2],
  ['show', '..', 2],
  ['show', 'a b\u001b[31m"\n', 2],
  ['explain', 'x'.repeat(1_000), 2],
])('content %s of %j is answered the same, with exit code %i', async (verb, id, code) => {
  const more = verb === 'retry' ? reason : [];
  expect(await both(() => ['content', verb, id, ...more])).toMatchObject({ code, stdout: '' });
});

test('reasons and command ids that are too long or hostile are refused the same', async () => {
  for (const args of [
    ['--reason', 'x'.repeat(100_000)],
    ['--reason', ' \t'],
    ['--reason', 'x', '--command-id', 'a b'],
    ['--reason', 'x', '--command-id', 'x'.repeat(201)],
  ])
    expect(await both(() => ['content', 'retry', 'c-x', ...args])).toMatchObject({ code: 2, stdout: '' });
});

describe('dead letters', () => {
  const idsOf = async (side: Side): Promise<string[]> => {
    const { rows } = await world.pool.query<{ id: string }>(
      'SELECT id::text AS id FROM dead_letters WHERE content_id = $1 ORDER BY dead_letters.id',
      [`c-dead-${side}`],
    );
    return rows.map(({ id }) => id);
  };
  const ids: Partial<Record<Side, string[]>> = {};
  const letter = (side: Side, index: number): string => ids[side]![index]!;

  beforeAll(async () => {
    // Ids that nothing else is mistaken for.
    await world.pool.query(`SELECT setval(pg_get_serial_sequence('dead_letters', 'id'), 700000)`);
    for (const side of SIDES) {
      await takeDead(world, `c-dead-${side}`, 4);
      ids[side] = await idsOf(side);
    }
  });

  test('are listed and shown with the same bytes', async () => {
    expect((await both((side) => ['dlq', 'list', '--content', `c-dead-${side}`])).stdout).toMatch(/SCHEMA_INVALID/);
    expect((await both((side) => ['dlq', 'show', letter(side, 0), '-o', 'json'])).stdout).toMatch(/twelve/);
    expect(await both(() => ['dlq', 'show', '999999'])).toMatchObject({ code: 4 });
    expect(await both(() => ['dlq', 'show', '..'])).toMatchObject({ code: 4 });
    expect(await both(() => ['dlq', 'list', '--topic', 'nonsense'])).toMatchObject({ code: 2 });
  });

  test('are exported the same, to a file too', async () => {
    const file = (side: Side): string => join(world.dirs.root, `letters-${side}.jsonl`);
    const shown = (side: Side): string[] => ['dlq', 'export', '--content', `c-dead-${side}`];
    expect((await both(shown)).stdout.trimEnd().split('\n')).toHaveLength(4);
    expect(await both((side) => [...shown(side), '--file', file(side)])).toMatchObject({ code: 0, stdout: '' });
    for (const side of SIDES) expect(readFileSync(file(side), 'utf8').trimEnd().split('\n')).toHaveLength(4);
  });

  test('are corrected, redriven and discarded the same', async () => {
    const fixed = (side: Side): string => {
      const path = join(world.dirs.root, `fixed-${side}.json`);
      const payload = { ...transcoded(`c-dead-${side}`), duration_seconds: 12 };
      writeFileSync(path, recordOf('media.transcoded', payload, { eventId: randomUUID() }).value ?? '');
      return path;
    };
    const broken = join(world.dirs.root, 'broken.json');
    writeFileSync(broken, Buffer.from([0xff, 0x00]));
    const dlq = (name: string, index: number, ...more: string[]) =>
      both((side) => ['dlq', name, letter(side, index), ...more]);
    expect(await dlq('edit', 0, '--file', broken, '--reason', 'x')).toMatchObject({ code: 5 });
    expect(
      await both((side) => ['dlq', 'edit', letter(side, 0), '--file', fixed(side), '--reason', 'x']),
    ).toMatchObject({
      code: 0,
    });
    expect((await dlq('redrive', 0, '--dry-run', '-o', 'jsonl')).stdout).toMatch(/"outcome":"new"/);
    expect(await dlq('redrive', 0, '--yes', '-o', 'jsonl')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"outcome":"new"') as string,
    });
    expect((await dlq('redrive', 0, '--yes')).stderr).toMatch(/1 already/);
    expect(await dlq('redrive', 1, '--yes')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/1 dead/) as string,
    });
    expect(await dlq('redrive', 1)).toMatchObject({ code: 2 });
    expect(await dlq('discard', 2, '--reason', 'noise', '--yes', '-o', 'jsonl')).toMatchObject({ code: 0 });
    expect(await dlq('redrive', 2, '--yes')).toMatchObject({ code: 5 });
    const all = (side: Side): string[] => ['dlq', 'redrive', '--content', `c-dead-${side}`, '--yes', '-o', 'jsonl'];
    expect((await both(all)).stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(await both((side) => ['dlq', 'redrive', ...ids[side]!, '--force', '--yes'])).toMatchObject({ code: 2 });
  });
});

test('what is compared with Temporal, and resumed, is answered the same', async () => {
  expect(await both(() => ['reconcile', '-o', 'json'])).toMatchObject({ code: 0, stdout: '[]\n' });
  expect(await both(() => ['bridge', 'resume', 'starts', '--reason', 'x'])).toMatchObject({ code: 5 });
});

test('without a worker the outcome is unknown through both; the same command later is carried out once', async () => {
  await flaggedPair('c-unknown');
  up.kill('SIGKILL');
  await up.waitForExit();
  const decide = () =>
    both((side) => [
      'content',
      'decide',
      `c-unknown-${side}`,
      'APPROVED',
      ...reason,
      '--command-id',
      `unknown-${side}`,
    ]);
  const { code, stderr } = await decide();
  expect(code).toBe(3);
  expect(stderr).toMatch(/OUTCOME_UNKNOWN[^]*--command-id unknown/);
  up = await world.spawnReelway(['up']);
  expect(await decide()).toMatchObject({ code: 0 });
  const { rows } = await world.pool.query(`SELECT 1 FROM decisions WHERE content_id LIKE 'c-unknown-%'`);
  expect(rows).toHaveLength(2);
});
