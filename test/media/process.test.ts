import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool, type RunToolInput } from '../../activities/media/process';
import { commandLines, tempDir } from '../support/clips';
import { eventually } from '../support/eventually';

const codes = { failed: 'TRANSCODE_FAILED', stalled: 'TRANSCODE_STALLED', timedOut: 'PROBE_FAILED' } as const;

const shell = (script: string, over: Partial<RunToolInput> = {}) =>
  runTool({ command: '/bin/sh', args: ['-c', script], codes, ...over });

/** A number that no other process of the machine has in its command line. */
let unique = 7_000_000 + process.pid;
const nextMark = (): string => String((unique += 1));

const isRunning = async (mark: string): Promise<boolean> =>
  (await commandLines()).some((line) => /^(\/bin\/)?sleep\0/.test(line) && line.includes(mark));

test('a tool gives its output', async () => {
  await expect(shell('echo out; echo err >&2')).resolves.toEqual({ stdout: 'out\n', stderr: 'err\n' });
});

test('a failing tool is told with its code and the last lines it said', async () => {
  const failing = shell('for n in 1 2 3 4 5; do echo "line $n" >&2; done; exit 9');
  await expect(failing).rejects.toMatchObject({
    code: 'TRANSCODE_FAILED',
    end: 'exit',
    message: 'sh ended with exit code 9: line 3 | line 4 | line 5',
  });
});

test('an abort takes the whole group down before it is reported, with the reason of the abort', async () => {
  const mark = nextMark();
  const abort = new AbortController();
  const running = shell(`sleep ${mark} & sleep ${mark}`, { signal: abort.signal });
  await eventually('the tool runs', () => isRunning(mark));
  const reason = new RangeError('cancelled by somebody');
  abort.abort(reason);
  await expect(running).rejects.toBe(reason);
  expect(await isRunning(mark)).toBe(false);
});

test('a tool that was aborted before its start is not started', async () => {
  await expect(shell('exit 0', { signal: AbortSignal.abort(new RangeError('no')) })).rejects.toThrow('no');
});

test('a tool that ignores TERM is killed', async () => {
  const mark = nextMark();
  const running = shell(`trap '' TERM; sleep ${mark}; sleep ${mark}`, { timeoutMs: 200 });
  await expect(running).rejects.toMatchObject({ code: 'PROBE_FAILED', end: 'timeout' });
  expect(await isRunning(mark)).toBe(false);
}, 15_000);

test('a child that outlives its tool is killed with it', async () => {
  const mark = nextMark();
  await shell(`sleep ${mark} >/dev/null 2>&1 &`);
  expect(await isRunning(mark)).toBe(false);
});

test('silence counts from the start, and lines that show no progress do not end it', async () => {
  const chatty = shell('while :; do echo nothing new; sleep 0.05; done', { stallMs: 300, onLine: () => false });
  await expect(chatty).rejects.toMatchObject({ code: 'TRANSCODE_STALLED', end: 'stall' });
});

test('progress keeps a slow tool alive', async () => {
  const slow = shell('for n in 1 2 3 4 5 6; do echo $n; sleep 0.1; done', { stallMs: 400, onLine: () => true });
  await expect(slow).resolves.toMatchObject({ stdout: '' });
});

test('a flood of output is cut off', async () => {
  await expect(shell('yes', { maxOutputBytes: 10_000 })).rejects.toMatchObject({ end: 'output' });
});

test('a program that is not there is TOOL_MISSING', async () => {
  await expect(shell('', { command: '/nowhere/ffmpeg' })).rejects.toMatchObject({ code: 'TOOL_MISSING' });
});

test('a secret that a tool repeats does not reach the error', async () => {
  const failing = shell('echo "bad key abc123" >&2; exit 1', { redact: ['abc123'] });
  await expect(failing).rejects.toMatchObject({
    stderr: 'bad key [redacted]\n',
    message: expect.not.stringMatching('abc123') as string,
  });
});

test('a tool sees nothing of our environment', async () => {
  process.env['REELWAY_TEST_SECRET'] = 'hidden';
  const { stdout } = await shell('env');
  expect(stdout).not.toContain('hidden');
});

test('a tool cannot write more than its cap', async () => {
  const dir = await tempDir();
  const writing = shell('head -c 2000000 /dev/zero > big', { cwd: dir.path, caps: { fileBytes: 1_000_000 } });
  await expect(writing).rejects.toMatchObject({ code: 'TRANSCODE_FAILED' });
  expect((await readFile(join(dir.path, 'big'))).length).toBe(1_000_000);
  await dir.remove();
});

test('a tool dies with a worker that is killed', async () => {
  const dir = await tempDir();
  const mark = nextMark();
  const script = join(dir.path, 'worker.js');
  await writeFile(script, workerScript(mark));
  const worker = spawn(process.execPath, [script], { stdio: 'ignore' });
  try {
    await eventually('the tool runs', () => isRunning(mark));
  } finally {
    worker.kill('SIGKILL');
  }
  await once(worker, 'exit');
  await eventually('the tool is gone', async () => !(await isRunning(mark)));
  await dir.remove();
}, 20_000);

/** A process of its own that runs our sources and waits for a tool. */
const workerScript = (mark: string): string => `
  const { readFileSync } = require('node:fs');
  const { transformSync } = require(${JSON.stringify(require.resolve('@swc/core'))});
  const options = { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } };
  require.extensions['.ts'] = (module, filename) =>
    module._compile(transformSync(readFileSync(filename, 'utf8'), { filename, ...options }).code, filename);
  const { runTool } = require(${JSON.stringify(require.resolve('../../activities/media/process'))});
  void runTool({ command: '/bin/sleep', args: ['${mark}'], codes: { failed: 'INTERNAL' } });
`;
