import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../../platform/package-root';
import { createWorld, type World } from '../../support/world';

const ESC = '\u001b';
const HOSTILE = `${ESC}]0;owned\u0007${ESC}[2J "quoted"\nnext line \u202e`;

// Every command is a process of its own, on a machine that may be busy.
jest.setTimeout(120_000);

let world: World;
beforeAll(async () => {
  // Nobody listens on port 1: what is shown here, Postgres alone knows.
  world = await createWorld({ uses: ['postgres'], env: { REELWAY_TEMPORAL_ADDRESS: '127.0.0.1:1' } });
  await seed();
});
afterAll(() => world.close());

async function seed(): Promise<void> {
  const stage = { stage: 'transcode', status: 'PARKED', attempt: 2, startedAt: 1_700_000_000_000, endedAt: null };
  const stages = [{ ...stage, deadlineAt: null, code: 'TRANSCODE_FAILED', message: HOSTILE }];
  const renditions = [
    { label: '360p', status: 'DONE', code: null },
    { label: '720p', status: 'PARKED', code: 'TRANSCODE_FAILED' },
  ];
  await world.pool.query(
    `INSERT INTO contents (content_id, phase, title, creator_id, content_type, residency, generation, revision, stage,
       status, attention, failure_code, stages, renditions)
     VALUES ('c-1', 'open', $1, 'anna', 'VIDEO', 'GLOBAL', 1, 1, 'transcode', 'PARKED', true, 'TRANSCODE_FAILED', $2, $3)`,
    [HOSTILE, JSON.stringify(stages), JSON.stringify(renditions)],
  );
  await world.pool.query(
    `INSERT INTO contents (content_id, phase) SELECT 'many-' || n, 'draft' FROM generate_series(1, 900) n`,
  );
  await world.pool.query(
    `INSERT INTO milestones (event_id, content_id, generation, topic, milestone, ordinal, sequence, record_key, payload_hash, value, sent_at)
     VALUES ('e-2', 'c-1', 1, 'media.transcoded', 'transcoded', 1, 2, 'c-1', '', '', NULL),
       ('e-1', 'c-1', 1, 'internal.lifecycle.events', 'transition', 1, 1, 'c-1', '', '', now())`,
  );
  await world.pool.query(
    `INSERT INTO event_ids (consumer, event_id, payload_hash, row_id, topic, content_id, outcome, code, expires_at)
     VALUES ('b', 'f-1', '', 1, 'media.upload.initiated', 'c-1', 'applied', NULL, now()),
       ('b', 'f-2', '', 2, 'moderation.flagged', 'c-1', 'late', 'CONTENT_FINISHED', now())`,
  );
  await world.pool.query(
    `INSERT INTO dead_letters (consumer, topic, partition, kafka_offset, record_key, value, headers, event_id, content_id, code, reason)
     VALUES ('b', 'media.transcoded', 3, 42, 'c-1', $1, $2, 'f-3', 'c-1', 'SCHEMA_INVALID', $3),
       ('b', 'media.transcoded', 3, 43, NULL, NULL, '{}', NULL, NULL, 'NULL_VALUE', 'no value')`,
    [Buffer.from([0xff, 0x00, 0x1b]), JSON.stringify({ [ESC]: HOSTILE }), HOSTILE],
  );
}

const json = async (...args: string[]): Promise<unknown> =>
  JSON.parse((await world.runReelway([...args, '-o', 'json'])).stdout) as unknown;

test('content show has the keys that programs rely on', async () => {
  const { code, stdout, stderr } = await world.runReelway(['content', 'show', 'c-1', '-o', 'json']);
  expect(code).toBe(0);
  expect(stderr).toMatch(/Temporal could not be asked/);
  expect(JSON.parse(stdout)).toMatchObject({
    contentId: 'c-1',
    workflowId: 'content:c-1',
    generation: 1,
    revision: 1,
    stage: 'transcode',
    status: 'PARKED',
    visibility: 'HIDDEN',
    attention: true,
    failureCode: 'TRANSCODE_FAILED',
    stages: [{ stage: 'transcode', status: 'PARKED', attempt: 2, code: 'TRANSCODE_FAILED', message: HOSTILE }],
    renditions: [
      { label: '360p', status: 'DONE', percent: 100, code: null },
      { label: '720p', status: 'PARKED', percent: null, code: 'TRANSCODE_FAILED' },
    ],
    milestones: [
      { topic: 'internal.lifecycle.events', eventId: 'e-1', sequence: 1, sent: true },
      { topic: 'media.transcoded', eventId: 'e-2', sequence: 2, sent: false },
    ],
    facts: [
      { topic: 'media.upload.initiated', eventId: 'f-1', outcome: 'applied', code: null },
      { topic: 'moderation.flagged', eventId: 'f-2', outcome: 'late', code: 'CONTENT_FINISHED' },
      { topic: 'media.transcoded', eventId: 'f-3', outcome: 'dead', code: 'SCHEMA_INVALID' },
    ],
  });
});

test('dlq list is an array of exactly the promised keys, newest first', async () => {
  const letters = (await json('dlq', 'list')) as Record<string, unknown>[];
  const first = ['at', 'code', 'contentId', 'eventId', 'id', 'key', 'offset', 'partition', 'reason', 'topic'];
  const joined = ['corrected', 'redrives', 'repeats', 'status'];
  expect(letters.map((letter) => Object.keys(letter).sort())).toEqual(
    Array.from({ length: 2 }, () => [...first, ...joined].sort()),
  );
  expect(letters).toMatchObject([
    { offset: '43', key: null, eventId: null, contentId: null, code: 'NULL_VALUE' },
    { offset: '42', key: 'c-1', partition: 3, topic: 'media.transcoded', reason: HOSTILE },
  ]);
  expect(await json('dlq', 'list', '--limit', '1')).toHaveLength(1);
  expect(await json('dlq', 'list', '--code', 'NULL_VALUE')).toMatchObject([{ offset: '43' }]);
  expect(await json('dlq', 'list', '--content', 'nobody')).toEqual([]);
});

test('dlq show tells bytes that are no text in base64', async () => {
  const [, letter] = (await json('dlq', 'list')) as { id: string }[];
  expect(await json('dlq', 'show', letter!.id)).toMatchObject({ encoding: 'base64', value: '/wAb' });
});

test('jsonl gives a line each', async () => {
  const { stdout } = await world.runReelway(['content', 'list', '--limit', '7', '-o', 'jsonl']);
  const lines = stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(7);
  expect(lines.map((line) => (JSON.parse(line) as { status: string }).status)).toContain('DRAFT');
});

test.each([
  [['content', 'show', 'c-1']],
  [['content', 'list', '--attention']],
  [['dlq', 'list']],
  [['dlq', 'show', '1']],
  [['content', 'show', `${ESC}[2J`]],
  [['content', 'register', 'c-9', '--title', HOSTILE, '--creator', ESC]],
])('text of others never steers the terminal: %j', async (args) => {
  const { stdout, stderr } = await world.runReelway(args);

  expect(`${stdout}${stderr}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  expect(stdout + stderr).not.toMatch(/\n\s+at /);
});

test('people see the problem, the cause and the next command', async () => {
  const { code, stdout } = await world.runReelway(['content', 'show', 'c-1']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/needs attention: TRANSCODE_FAILED/);
  expect(stdout).toMatch(/next\n +reelway content retry c-1 --reason TEXT/);
});

test('a reader that stops reading is no error', async () => {
  const shell = `"${process.execPath}" bin/reelway.js content list --limit 1000 -o json | head -c 1; echo "code \${PIPESTATUS[0]}"`;
  const child = spawn('bash', ['-c', shell], { cwd: packageRoot(), env: world.env });
  const said: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  await new Promise((resolve) => child.on('close', resolve));
  expect(Buffer.concat(said).toString()).toBe('[code 0\n');
});

test('output into a pipe is whole, whatever its size', async () => {
  expect(await json('content', 'list', '--limit', '1000')).toHaveLength(901);
});

test('a debug log level shows where an error came from, no other does', async () => {
  const plain = await world.runReelway(['content', 'show', 'nobody']);
  const debug = await world.runReelway(['content', 'show', 'nobody'], { REELWAY_LOG_LEVEL: 'debug' });
  expect([plain.code, debug.code]).toEqual([4, 4]);
  expect(plain.stderr).not.toMatch(/\n +at /);
  expect(debug.stderr).toMatch(/\n +at /);
});

test('without configuration and stack every missing variable is named', async () => {
  const cwd = world.dirs.root;
  const child = spawn(process.execPath, [join(packageRoot(), 'bin', 'reelway.js'), 'content', 'list'], {
    cwd,
    env: {
      PATH: world.env['PATH'],
      REELWAY_POSTGRES_URL: 'nonsense',
      REELWAY_KAFKA_BROKERS: '-',
      REELWAY_TEMPORAL_ADDRESS: '-',
    },
  });
  const said: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(code).toBe(2);
  const text = Buffer.concat(said).toString();
  for (const name of ['REELWAY_POSTGRES_URL', 'REELWAY_KAFKA_BROKERS', 'REELWAY_TEMPORAL_ADDRESS'])
    expect(text).toContain(name);
});
