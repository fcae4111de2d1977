import { main } from '../../../cli/main';

/** Runs a command line that never gets as far as a server. */
async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await main(
    args,
    {},
    {
      stdout: { write: (text) => void (out += text) },
      stderr: { write: (text) => void (err += text) },
    },
  );
  return { code, out, err };
}

test.each([
  [['--help']],
  [['content', '--help']],
  [['content', 'register', '--help']],
  [['dlq', 'list', '--help']],
  [['--version']],
])('%j is answered on stdout with exit code 0', async (args) => {
  const { code, out, err } = await run(...args);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).not.toBe('');
});

test.each([
  'content register',
  'content submit',
  'content list',
  'content show',
  'content watch',
  'content retry',
  'content cancel',
  'content decide',
  'dlq list',
  'dlq show',
  'dlq histogram',
  'dlq redrive',
  'dlq edit',
  'dlq discard',
  'dlq export',
  'topics check',
  'topics create',
  'migrate',
  'doctor',
  'worker',
  'bridge',
  'up',
])('the help of %s ends with examples', async (verb) => {
  const { out } = await run(...verb.split(' '), '--help');
  expect(out).toMatch(new RegExp(`Examples:\n +reelway ${verb} ?`));
});

test.each([
  [['nonsense'], /unknown command/],
  [['content', 'nonsense'], /unknown command/],
  [['content', 'show'], /missing required argument/],
  [['content', 'retry', 'c-1'], /--reason/],
  [['content', 'cancel', 'c-1'], /--reason/],
  [['content', 'decide', 'c-1', 'MAYBE', '--reason', 'x'], /APPROVED, AGE_GATED, EDIT_REQUESTED, REMOVED/],
  [['content', 'retry', 'c-1', '--stage', 'lunch', '--reason', 'x'], /upload, transcode/],
  [['content', 'list', '--limit', '0'], /at least 1/],
  [['content', 'watch', 'c-1', '--timeout', 'soon'], /30s, 5m, 2h/],
  [['content', 'list', '-o', 'yaml'], /text, json, jsonl/],
  [['dlq', 'list', '--limit', '-1'], /--limit/],
  [['dlq', 'list', '--since', 'yesterday'], /30m, 2h, 7d/],
  [['dlq', 'list', '--status', 'gone'], /open, redriven, discarded, quarantined/],
  [['dlq', 'redrive'], /--all/],
  [['dlq', 'redrive', '17', '--code', 'NOT_JSON'], /not both/],
  [['dlq', 'redrive', '17', '--rate', '0'], /at least 1/],
  [['dlq', 'redrive', '17', '--with', '/nowhere/at/all'], /cannot be read/],
  [['dlq', 'discard', '17'], /--reason/],
  [['dlq', 'edit', '17', '--reason', 'x'], /--file/],
])('%j is a usage mistake that is explained on stderr', async (args, message) => {
  const { code, out, err } = await run(...args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(message);
});

test('what was mistyped is repeated without its control characters', async () => {
  const { code, err } = await run('content', 'list', '--stage', '\u001b[31mred\u0007');
  expect(code).toBe(2);
  expect(err).not.toContain('\u001b');
});
