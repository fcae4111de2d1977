import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../../platform/package-root';
import { eventually } from '../../support/eventually';
import { createWorld, type World } from '../../support/world';
import { newContentId, recordOf, takeDead, transcoded } from '../bridge/events';

// Every command is a process of its own, on a machine that may be busy.
jest.setTimeout(120_000);

let world: World;
beforeAll(async () => {
  // Nobody listens on port 1: dead letters need Postgres alone.
  world = await createWorld({ uses: ['postgres'], env: { REELWAY_TEMPORAL_ADDRESS: '127.0.0.1:1' } });
});
afterAll(() => world.close());

const dlq = (...args: string[]) => world.runReelway(['dlq', ...args]);
const lines = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

interface Letter {
  id: string;
  contentId: string;
  eventId: string;
}

async function deadOnes(count: number): Promise<Letter[]> {
  const contentId = newContentId();
  await takeDead(world, contentId, count);
  const { rows } = await world.pool.query<Letter>(
    `SELECT id::text AS id, content_id AS "contentId", event_id AS "eventId" FROM dead_letters
     WHERE content_id = $1 ORDER BY dead_letters.id`,
    [contentId],
  );
  expect(rows).toHaveLength(count);
  return rows;
}

async function oneDead(): Promise<Letter> {
  const [letter] = await deadOnes(1);
  return letter!;
}

const valid = ({ contentId, eventId }: Letter): Buffer =>
  recordOf('media.transcoded', transcoded(contentId), { eventId }).value ?? Buffer.alloc(0);

function fileOf(bytes: Buffer | string): string {
  const file = join(world.dirs.root, `${randomUUID()}.json`);
  writeFileSync(file, bytes);
  return file;
}

/** As if somebody had corrected each. */
async function mend(letters: Letter[]): Promise<void> {
  for (const letter of letters) {
    await world.pool.query(
      `INSERT INTO dead_letter_corrections (letter_id, ordinal, command_id, actor, reason, value)
       VALUES ($1, 1, 'c', 'local:test', 'mended', $2)`,
      [letter.id, valid(letter)],
    );
  }
}

const inInbox = async (contentId: string): Promise<number> => {
  const { rows } = await world.pool.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM inbox WHERE ordering_key = $1',
    [contentId],
  );
  return rows[0]?.count ?? -1;
};

test('exit codes of a redrive: what is wrong with it', async () => {
  const { id } = await oneDead();
  const asked = await dlq('redrive', id);
  expect(asked).toMatchObject({ code: 2, stdout: '' });
  expect(asked.stderr).toMatch(/Nothing was done. This would redrive 1 dead letters.*\n.*--yes/);

  const dry = await dlq('redrive', id, '--dry-run', '-o', 'json');
  expect(dry.code).toBe(1);
  expect(lines(dry.stdout)).toMatchObject([{ id, outcome: 'dead', code: 'SCHEMA_INVALID', dryRun: true }]);
  expect(await dlq('redrive', '999999999', '--yes')).toMatchObject({ code: 4 });
  expect(await dlq('redrive', id, '--yes', '--force')).toMatchObject({ code: 2 });
  for (const _ of [1, 2, 3]) expect(await dlq('redrive', id, '--yes')).toMatchObject({ code: 1 });
  const refused = await dlq('redrive', id, '--yes');
  expect(refused.code).toBe(5);
  expect(refused.stdout).toMatch(/left alone.*DEAD_LETTER_QUARANTINED/);
  expect(await dlq('redrive', id, '--yes', '--force', '--reason', 'once more')).toMatchObject({ code: 1 });
});

test('a corrected letter goes in once; a second redrive says that nothing was done', async () => {
  const letter = await oneDead();
  const why = ['--reason', 'a word for a number'];
  const wrong = await dlq('edit', letter.id, '--file', fileOf('{'), ...why);
  expect(wrong).toMatchObject({ code: 5, stdout: '' });
  expect(wrong.stderr).toMatch(/CORRECTION_INVALID.*NOT_JSON/);
  expect(await dlq('edit', '999999999', '--file', fileOf('{'), ...why)).toMatchObject({ code: 4 });

  expect(await dlq('edit', letter.id, '--file', fileOf(valid(letter)), ...why)).toMatchObject({ code: 0 });
  expect((await dlq('show', letter.id)).stdout).toMatch(/corrected \(utf8\) by local:.*a word for a number/);
  const done = await dlq('redrive', letter.id, '--yes', '-o', 'json');
  expect(done.code).toBe(0);
  expect(lines(done.stdout)).toMatchObject([{ outcome: 'new', eventId: letter.eventId, contentId: letter.contentId }]);
  const again = await dlq('redrive', letter.id, '--yes');
  expect(again).toMatchObject({ code: 0, stderr: '1 already\n' });
  expect(again.stdout).toMatch(/was redriven before; nothing was done/);
  expect(await inInbox(letter.contentId)).toBe(1);
  const { rows } = await world.pool.query('SELECT actor, verb, reason FROM audit WHERE content_id = $1 ORDER BY 2', [
    letter.contentId,
  ]);
  const actor = `local:${userInfo().username}`;
  expect(rows).toMatchObject([
    { actor, verb: 'dlq edit', reason: 'a word for a number' },
    { actor, verb: 'dlq redrive' },
  ]);
});

test('two processes that redrive the same letters bring each in once', async () => {
  const letters = await deadOnes(40);
  await mend(letters);
  const content = letters[0]!.contentId;
  const run = () => dlq('redrive', '--content', content, '--yes', '--rate', '1000', '-o', 'jsonl');
  const both = await Promise.all([run(), run()]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  const outcomes = both.flatMap(({ stdout }) => lines(stdout)).map(({ outcome }) => outcome);
  expect(outcomes.filter((outcome) => outcome === 'new')).toHaveLength(40);
  expect(await inInbox(content)).toBe(40);
});

test('Ctrl-C ends after the letter in hand, and the same command goes on with the rest', async () => {
  const letters = await deadOnes(20);
  await mend(letters);
  const content = letters[0]!.contentId;
  const args = ['dlq', 'redrive', '--content', content, '--yes', '-o', 'jsonl', '--rate'];
  const slow = world.startReelway([...args, '5']);
  await eventually('the first letter went in', () => slow.said().stdout.includes('\n'));
  slow.kill('SIGINT');
  const { code, stdout, stderr } = await slow.ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/stopped after \d+; the same command goes on/);
  const first = lines(stdout).length;
  expect(first).toBeLessThan(20);
  const rest = await world.runReelway([...args, '1000']);
  expect(rest.code).toBe(0);
  expect(lines(rest.stdout)).toHaveLength(20 - first);
  expect(await inInbox(content)).toBe(20);
});

test('a person at a terminal is asked, and no is no', async () => {
  const letter = await oneDead();
  await mend([letter]);
  const ask = (answer: string): Promise<string> => {
    const command = `"${process.execPath}" bin/reelway.js dlq redrive ${letter.id}; echo "code $?"`;
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      cwd: packageRoot(),
      env: { ...world.env, SHELL: '/bin/sh', NO_COLOR: '1', TERM: 'dumb' },
    });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (out.includes('[y/N]') && child.stdin.writable) child.stdin.end(`${answer}\n`);
    });
    return new Promise((resolve) =>
      child.on('close', () => {
        resolve(out);
      }),
    );
  };
  expect(await ask('n')).toMatch(/redrive 1 dead letters\? \[y\/N\][^]*Nothing was done[^]*code 2/);
  expect(await inInbox(letter.contentId)).toBe(0);
  expect(await ask('y')).toMatch(/went in[^]*code 0/);
  expect(await inInbox(letter.contentId)).toBe(1);
});

test('discarding asks for a reason and a yes; the letter is gone from the list and not from the export', async () => {
  const { id, contentId } = await oneDead();
  const why = ['--reason', 'known noise'];
  expect(await dlq('discard', id, ...why)).toMatchObject({ code: 2, stdout: '' });
  expect(await dlq('discard', '--content', contentId, ...why, '--dry-run')).toMatchObject({ code: 0 });
  expect(await dlq('discard', '--content', contentId, ...why, '--yes')).toMatchObject({ code: 0 });
  expect(JSON.parse((await dlq('list', '--content', contentId, '-o', 'json')).stdout)).toEqual([]);
  expect(await dlq('redrive', id, '--yes')).toMatchObject({ code: 5 });
  const { stdout } = await dlq('export', '--content', contentId, '--status', 'discarded');
  const [letter] = lines(stdout);
  expect(letter).toMatchObject({ id, topic: 'media.transcoded', code: 'SCHEMA_INVALID', status: 'discarded' });
  expect(Buffer.from(letter?.['value'] as string, 'base64').toString()).toMatch(/"twelve"/);
  expect((await dlq('show', id)).stdout).toMatch(/sent +20\d\d-[^]*local:.* dlq discard: known noise/);
});

test('a filter that can find nothing is refused, and says what there is', async () => {
  const topic = await dlq('list', '--topic', 'media.transcode');
  expect(topic).toMatchObject({ code: 2, stdout: '' });
  expect(topic.stderr).toMatch(/media\.transcode is none of|is none of .*media\.transcoded/);
  expect(await dlq('redrive', '--code', 'SCHEMA_WRONG', '--yes')).toMatchObject({ code: 2, stdout: '' });
});

test('an export goes to a new file that nobody else can read, or to a reader that may stop', async () => {
  const letters = await deadOnes(60);
  const content = letters[0]!.contentId;
  const file = join(world.dirs.root, 'letters.jsonl');
  expect(await dlq('export', '--content', content, '--file', file)).toMatchObject({ code: 0, stdout: '' });
  expect(lines(readFileSync(file, 'utf8')).map((line) => line['id'])).toEqual(letters.map((letter) => letter.id));
  expect(statSync(file).mode & 0o077).toBe(0);
  expect(await dlq('export', '--content', content, '--file', file)).toMatchObject({ code: 2 });
  const shell = `"${process.execPath}" bin/reelway.js dlq export | head -c 1 >/dev/null; echo "code \${PIPESTATUS[0]}"`;
  const child = spawn('bash', ['-c', shell], { cwd: packageRoot(), env: world.env });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await new Promise((resolve) => child.on('close', resolve));
  expect(said).toBe('code 0\n');
});

test('where the reader leaves, a redrive stops between two letters, says where, and is no success', async () => {
  const letters = await deadOnes(40);
  await mend(letters);
  const content = letters[0]!.contentId;
  const command = `"${process.execPath}" bin/reelway.js dlq redrive --content ${content} --yes --rate 20`;
  const shell = `{ ${command}; echo "code $?" >&2; } | head -1 >/dev/null`;
  const child = spawn('bash', ['-c', shell], { cwd: packageRoot(), env: world.env });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await new Promise((resolve) => child.on('close', resolve));
  expect(said).toMatch(/stopped after \d+; the same command goes on with the rest\n\d+ new\ncode 1\n/);
  const went = await inInbox(content);
  expect(went).toBeGreaterThan(0);
  expect(went).toBeLessThan(40);
  expect(said).toContain(`${String(went)} new`);
});

test('a histogram has a bar per hour, and as data a row', async () => {
  const letters = await deadOnes(3);
  const filter = ['--content', letters[0]!.contentId, '--since', '2h'];
  const { code, stdout } = await dlq('histogram', ...filter);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^media\.transcoded SCHEMA_INVALID 3\n {2}.*:00Z {2}#+ 3\n/);
  const data: unknown = JSON.parse((await dlq('histogram', ...filter, '-o', 'json')).stdout);
  expect(data).toMatchObject([{ topic: 'media.transcoded', code: 'SCHEMA_INVALID', count: 3 }]);
});

test('pages follow each other by the id that the one before named', async () => {
  const letters = await deadOnes(5);
  const page = ['list', '--content', letters[0]!.contentId, '--limit', '3', '-o', 'jsonl'];
  const first = await dlq(...page);
  const after = /--after (\d+)/.exec(first.stderr)?.[1] ?? '';
  const second = await dlq(...page, '--after', after);
  const ids = [...lines(first.stdout), ...lines(second.stdout)].map((line) => line['id']);
  expect(ids).toEqual(letters.map((letter) => letter.id).reverse());
  expect(second.stderr).toBe('');
});
