import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../../platform/package-root';
import { eventually } from '../../support/eventually';
import type { ReelwayProcess, RunResult } from '../../support/processes';
import { createItem, type Item } from '../../support/story';
import { createWorld, type World } from '../../support/world';

/** Other services do the work, so that a content stands where the test wants it, without ffmpeg. */
const SERVICES = {
  REELWAY_TRANSCODE_EXECUTOR: 'service',
  REELWAY_MODERATE_EXECUTOR: 'service',
  REELWAY_PACKAGE_EXECUTOR: 'service',
  REELWAY_SILENCE: 'review',
  REELWAY_RESIDENCY: 'GLOBAL,NG',
};

// Every command is a process of its own, on a machine that may be busy.
jest.setTimeout(120_000);

let world: World;
let up: ReelwayProcess;
let clip: string;
beforeAll(async () => {
  world = await createWorld({ env: SERVICES });
  clip = join(world.dirs.root, 'my clip.mp4');
  writeFileSync(clip, 'nobody looks into it');
  up = await world.spawnReelway(['up']);
}, 120_000);
afterAll(() => world.close());

const reelway = (...args: string[]): Promise<RunResult> => world.runReelway(args);
const json = async (...args: string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await reelway(...args, '-o', 'json')).stdout) as Record<string, unknown>;

async function submitted(contentId: string): Promise<void> {
  const record = ['--creator', 'anna', '--title', 'A title', '--type', 'VIDEO', '--residency', 'GLOBAL'];
  expect(await reelway('content', 'register', contentId, ...record)).toMatchObject({ code: 0 });
  expect(await reelway('content', 'submit', contentId, '--file', clip)).toMatchObject({ code: 0 });
  expect(await reelway('content', 'watch', contentId, '--until', 'WAITING', '--timeout', '30s')).toMatchObject({
    code: 0,
  });
}

/** Content that a reviewer has to decide. */
async function flagged(id: string): Promise<Item> {
  const item = await createItem(world, { id });
  await item.upload();
  await item.transcoded();
  await item.flagged();
  await item.reaches({ status: 'AWAITING_REVIEW' });
  return item;
}

const decisionsOf = async (id: string): Promise<unknown[]> =>
  (await world.pool.query<object>('SELECT decision, actor, reason FROM decisions WHERE content_id = $1', [id])).rows;

const reason = ['--reason', 'seen "twice"\nby \u001b[31mus'];

test('a repeated upload is the same event, and is counted, not carried out', async () => {
  const owner = ['--creator', 'anna', '--type', 'AUDIO', '--residency', 'NG'];
  const first = await json('content', 'submit', 'c-0', '--no-object', ...owner);
  const again = await json('content', 'submit', 'c-0', '--repeat');
  expect(again['eventId']).toBe(first['eventId']);
  const [one, two] = (await world.topics.read('media.upload.initiated')).filter(
    (seen) => seen.json.payload['content_id'] === 'c-0',
  );
  expect(two!.value).toBe(one!.value);
});

test('an upload is repeated from another machine with the same bytes', async () => {
  await submitted('c-repeat');
  const command = [join(packageRoot(), 'bin', 'reelway.js'), 'content', 'submit', 'c-repeat', '--repeat'];
  await promisify(execFile)(process.execPath, command, { cwd: world.dirs.root, env: world.env });
  const seen = (await world.topics.read('media.upload.initiated')).filter(
    (event) => event.json.payload['content_id'] === 'c-repeat',
  );
  expect(seen).toHaveLength(2);
  expect(new Set(seen.map((event) => event.value)).size).toBe(1);
});

test('a decision is carried out once, however often it is sent', async () => {
  const item = await flagged('c-decide');
  const id = randomUUID();
  const decide = (decision: string, commandId = id) =>
    reelway('content', 'decide', 'c-decide', decision, ...reason, '--command-id', commandId);
  expect(await decide('APPROVED')).toMatchObject({ code: 0 });
  expect(await decide('APPROVED')).toMatchObject({ code: 0 });
  const other = await decide('REMOVED');
  expect(other.code).toBe(5);
  expect(other.stderr).toMatch(/COMMAND_ID_REUSED/);
  await item.reaches({ status: 'WAITING', stage: 'package' });
  expect(await decisionsOf('c-decide')).toMatchObject([{ decision: 'APPROVED', reason: reason[1] }]);
  const { rows } = await world.pool.query(
    `SELECT actor, verb, reason FROM audit WHERE content_id = 'c-decide' AND verb = 'decide'`,
  );
  expect(rows).toEqual([{ actor: expect.stringMatching(/^local:/) as string, verb: 'decide', reason: reason[1] }]);
});

test('explain says who has to act, why, and with which command', async () => {
  await submitted('c-wait');
  const waits = await reelway('content', 'explain', 'c-wait');
  expect(waits).toMatchObject({ code: 0, stderr: '' });
  expect(waits.stdout).toMatch(
    /c-wait +WAITING at transcode[^]*acts +another service[^]*waits +transcode waits, until 20/,
  );
  await flagged('c-explain');
  expect(await json('content', 'explain', 'c-explain')).toMatchObject({
    owner: 'reviewer',
    problem: { code: 'REVIEW_OPEN', message: 'STANDARD: harmful_imagery' },
    commands: [/decide/, /extend/, /hold/, /cancel/].map((verb) => expect.stringMatching(verb) as string),
  });
  await world.temporal.client.workflow.getHandle('content:c-wait').terminate('behind our back');
  const lost = await reelway('content', 'explain', 'c-wait');
  expect(lost.code).toBe(1);
  expect(lost.stdout).toMatch(/acts +an admin[^]*RUN_MISSING/);
});

test('a deadline is extended by what was asked, audited, and refused where nothing waits', async () => {
  const item = await flagged('c-extend');
  const until = async (): Promise<number> => {
    const problem = (await json('content', 'explain', 'c-extend'))['problem'] as { deadlineAt: string };
    return Date.parse(problem.deadlineAt);
  };
  const before = await until();
  const extend = (...more: string[]) => reelway('content', 'extend', 'c-extend', ...reason, ...more);
  expect(await extend('--by', '2d')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/AWAITING_REVIEW/) as string,
  });
  await eventually('it is told', async () => (await until()) === before + 2 * 24 * 60 * 60 * 1_000);
  for (const by of ['91d', '0', '-1d', 'long']) expect(await extend('--by', by)).toMatchObject({ code: 2, stdout: '' });
  const refused = await extend('--by', '1h', '--stage', 'publish');
  expect(refused.code).toBe(5);
  expect(refused.stderr).toMatch(/NOT_WAITING/);
  await item.reaches({ status: 'AWAITING_REVIEW' });
});

test('a hold shows who stopped it and why, and a release lets it go on', async () => {
  const item = await flagged('c-hold');
  const verb = (name: string, ...more: string[]) => reelway('content', name, 'c-hold', ...reason, ...more);
  expect(await verb('hold')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/hold: AWAITING_REVIEW/) as string,
  });
  const twice = await verb('hold');
  expect(twice).toMatchObject({ code: 5, stderr: expect.stringMatching(/CONTENT_HELD[^]*content release/) as string });
  await eventually('Postgres hears of it', async () => (await json('content', 'show', 'c-hold'))['held'] !== null);
  expect((await reelway('content', 'list')).stdout).toMatch(/c-hold .*REVIEW_OPEN held/);
  const { stdout } = await reelway('content', 'explain', 'c-hold');
  expect(stdout).toMatch(/held by local:[^]*seen "twice"\\nby [^]*next +reelway content release c-hold/);
  expect(await reelway('content', 'decide', 'c-hold', 'APPROVED', ...reason)).toMatchObject({ code: 0 });
  await item.reaches({ status: 'WAITING', failureCode: 'HELD' });
  expect(await verb('release')).toMatchObject({ code: 0 });
  expect(await verb('release')).toMatchObject({ code: 5, stderr: expect.stringMatching(/NOT_HELD/) as string });
  await item.reaches({ status: 'WAITING', failureCode: null, stage: 'package' });
});

test('what cannot be skipped is refused, and a priority is one of five', async () => {
  await flagged('c-skip');
  const skip = (...what: string[]) => reelway('content', 'skip', 'c-skip', ...what, ...reason);
  expect(await skip('--stage', 'package')).toMatchObject({
    code: 5,
    stderr: expect.stringMatching(/NOT_SKIPPABLE/) as string,
  });
  expect((await skip('--stage', 'moderate')).stderr).toMatch(/FLAG_OPEN/);
  expect((await skip('--rendition', '720p')).stderr).toMatch(/NO_SUCH_RENDITION/);
  for (const what of [[], ['--stage', 'moderate', '--rendition', '720p'], ['--rendition', '../x']]) {
    expect(await skip(...what)).toMatchObject({ code: 2, stdout: '' });
  }
  const prioritise = (priority: string) => reelway('content', 'reprioritise', 'c-skip', priority, ...reason);
  for (const priority of ['0', '6', 'high']) expect(await prioritise(priority)).toMatchObject({ code: 2, stdout: '' });
  expect(await prioritise('2')).toMatchObject({ code: 0 });
  await eventually('it is shown', async () => (await json('content', 'show', 'c-skip'))['priority'] === 2);
});

test('a decision that names an older flag is refused', async () => {
  await flagged('c-flag');
  const [flag] = (await json('content', 'show', 'c-flag'))['flags'] as { key: string }[];
  const decide = (key: string) => reelway('content', 'decide', 'c-flag', 'APPROVED', ...reason, '--flag', key);
  expect(await decide('another')).toMatchObject({
    code: 5,
    stderr: expect.stringMatching(/DECISION_STALE/) as string,
  });
  expect(await decide(flag?.key ?? '')).toMatchObject({ code: 0 });
});

test('input is corrected only where it is wrong, and by nothing that is another content’s', async () => {
  await submitted('c-with');
  const retry = (...what: string[]) => reelway('content', 'retry', 'c-with', ...reason, ...what);
  const codes = async (...what: string[]) => /[A-Z]+(_[A-Z]+)+/.exec((await retry(...what)).stderr)?.[0];
  expect(await codes('--with', 'rawKey=../x')).toBe('RAW_KEY_UNSAFE');
  expect(await codes('--with', 'rawKey=NG/c-with/g1/r1/x.mp4')).toBe('RAW_KEY_TAKEN');
  const item = await flagged('c-other');
  expect(await codes('--with', `rawKey=${item.rawKey}`)).toBe('RAW_KEY_TAKEN');
  expect(await codes('--with', 'title=Another')).toBe('NOT_PARKED');
  expect(await codes('--with', 'executor=worker')).toBe('NOT_PARKED');
  expect(await codes('--attempt', 'g1r1a1')).toBe('ATTEMPT_STALE');
  for (const what of [
    ['--with', 'colour=red'],
    ['--with', 'executor=nobody'],
    ['--attempt', '1'],
  ]) {
    expect(await retry(...what)).toMatchObject({ code: 2, stdout: '' });
  }
  expect(await json('content', 'show', 'c-with')).toMatchObject({ title: 'A title', metadataVersion: 1 });
});

test('audit tells what people commanded and what it came to, with their reasons on one line', async () => {
  await flagged('c-audit');
  expect(await reelway('content', 'retry', 'c-audit', ...reason)).toMatchObject({ code: 5 });
  expect(await reelway('content', 'decide', 'c-audit', 'APPROVED', ...reason)).toMatchObject({ code: 0 });
  const { stdout } = await reelway('content', 'audit', 'c-audit');
  expect(stdout).toMatch(/local:.* decide +decision=APPROVED +done +seen "twice"\\nby \\u\{1b\}\[31mus/);
  expect(stdout).toMatch(/retry .+ refused NOT_PARKED +seen/);
  const lines = JSON.parse((await reelway('content', 'audit', 'c-audit', '-o', 'json')).stdout) as object[];
  expect(lines).toMatchObject([
    { verb: 'register', outcome: null, code: null },
    { verb: 'retry', outcome: 'refused', code: 'NOT_PARKED' },
    { verb: 'decide', args: { decision: 'APPROVED' }, reason: reason[1], outcome: 'done', code: null },
  ]);
});

test('queues names who works where, and what waits', async () => {
  const { code, stdout } = await reelway('queues', '-o', 'json');
  expect(code).toBe(0);
  const working = { pollers: expect.any(Number) as number, backlog: expect.any(Number) as number };
  const found = JSON.parse(stdout) as { queue: string; pollers: number }[];
  expect(found).toMatchObject([
    { queue: 'lifecycle', kind: 'workflow', ...working },
    { queue: 'catalog', kind: 'activity', ...working },
    { queue: 'media.global', kind: 'activity', ...working },
    { queue: 'media.ng', kind: 'activity', ...working },
  ]);
  expect(found.filter(({ pollers }) => pollers === 0)).toEqual([]);
});

test('a watch ends with 1 where the content waits for a person', async () => {
  await flagged('c-watch');
  const { code, stdout, stderr } = await reelway('content', 'watch', 'c-watch', '-o', 'jsonl');
  expect(code).toBe(1);
  expect(stderr).toMatch(/c-watch is AWAITING_REVIEW/);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.at(-1)).toMatchObject({
    contentId: 'c-watch',
    status: 'AWAITING_REVIEW',
    stages: expect.any(Array) as unknown[],
  });
});

test('what does not fit the state is refused with 5 and why', async () => {
  await submitted('c-refuse');
  const retry = await reelway('content', 'retry', 'c-refuse', ...reason);
  expect(retry.code).toBe(5);
  expect(retry.stderr).toMatch(/NOT_PARKED/);
  expect(
    await reelway(
      'content',
      'register',
      'c-refuse',
      '--creator',
      'ben',
      '--title',
      'x',
      '--type',
      'VIDEO',
      '--residency',
      'GLOBAL',
    ),
  ).toMatchObject({ code: 5 });
});

test('a cancel shows what it would do first, then ends the run for good', async () => {
  await submitted('c-cancel');
  const preview = await reelway('content', 'cancel', 'c-cancel', '--reason', 'mistake');
  expect(preview.code).toBe(2);
  expect(preview.stderr).toMatch(/Nothing was done/);
  const id = randomUUID();
  const cancel = (commandId: string) =>
    reelway('content', 'cancel', 'c-cancel', '--reason', 'mistake', '--yes', '--command-id', commandId);
  expect(await cancel(id)).toMatchObject({ code: 0 });
  expect(await reelway('content', 'watch', 'c-cancel', '--until', 'CANCELLED', '--timeout', '30s')).toMatchObject({
    code: 0,
  });
  expect(await cancel(id)).toMatchObject({ code: 0 });
  const late = await cancel(randomUUID());
  expect(late.code).toBe(5);
  expect(late.stderr).toMatch(/ALREADY_FINISHED/);
});

test('what nobody knows is answered with 4', async () => {
  for (const verb of ['show', 'watch', 'explain', 'audit'])
    expect(await reelway('content', verb, 'nobody')).toMatchObject({ code: 4 });
  expect(await reelway('content', 'retry', 'nobody', ...reason)).toMatchObject({ code: 4 });
  expect(await reelway('dlq', 'show', '99999')).toMatchObject({ code: 4 });
});

test('without a worker the outcome is unknown; the same command later is carried out once', async () => {
  const item = await flagged('c-unknown');
  up.kill('SIGKILL');
  await up.waitForExit();
  const id = randomUUID();
  const decide = () => reelway('content', 'decide', 'c-unknown', 'APPROVED', ...reason, '--command-id', id);
  const unknown = await decide();
  expect(unknown.code).toBe(3);
  expect(unknown.stderr).toMatch(new RegExp(`OUTCOME_UNKNOWN[^]*--command-id ${id}`));

  // The server keeps the task for the worker that had the run in its cache, until 10 s have passed.
  await eventually('it is said what it waits for', async () =>
    (await reelway('content', 'show', 'c-unknown')).stdout.includes('waits for a worker of the queue lifecycle'),
  );

  up = await world.spawnReelway(['up']);
  expect(await decide()).toMatchObject({ code: 0 });
  await item.reaches({ status: 'WAITING', stage: 'package' });
  expect(await decisionsOf('c-unknown')).toHaveLength(1);
});
