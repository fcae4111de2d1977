import fc from 'fast-check';
import { sendHalving } from '../../../bridge/inbound/halve';
import type { OpenRow } from '../../../platform/postgres/inbox';
import { isOverMessageLimit, isTooLarge } from '../../../platform/temporal/too-large';

const rowsOf = (sizes: number[]): OpenRow[] =>
  sizes.map((bytes, index) => ({ rowId: String(index), bytes }) as OpenRow);
const sizeOf = (rows: OpenRow[]): number => rows.reduce((sum, row) => sum + row.bytes, 0);

/** A server that takes so many bytes at once, and what it was sent. */
function limited(limit: number) {
  const calls: string[][] = [];
  const send = (rows: OpenRow[]) => {
    calls.push(rows.map((row) => row.rowId));
    return Promise.resolve(sizeOf(rows) > limit ? ('too-large' as const) : ('accepted' as const));
  };
  return { calls, send };
}

test('what is accepted goes in one call', async () => {
  const { calls, send } = limited(100);
  const rows = rowsOf([10, 20, 30]);
  expect(await sendHalving(rows, send)).toEqual({ answer: 'accepted', rows });
  expect(calls).toHaveLength(1);
});

test('what is refused as too large is halved from the front until it is accepted', async () => {
  const { calls, send } = limited(25);
  const rows = rowsOf([10, 10, 10, 10, 10, 10, 10]);
  expect(await sendHalving(rows, send)).toEqual({ answer: 'accepted', rows: rows.slice(0, 2) });
  expect(calls.map((call) => call.length)).toEqual([7, 4, 2]);
});

test('a first fact that is refused alone is the answer, and nothing behind it was sent alone', async () => {
  const { calls, send } = limited(25);
  const rows = rowsOf([30, 1, 1, 1]);
  expect(await sendHalving(rows, send)).toEqual({ answer: 'too-large', rows: rows.slice(0, 1) });
  expect(calls).toEqual([['0', '1', '2', '3'], ['0', '1'], ['0']]);
});

test('another answer ends it', async () => {
  const rows = rowsOf([1, 2]);
  expect(await sendHalving(rows, () => Promise.resolve('missing'))).toEqual({ answer: 'missing', rows });
});

test('whatever the sizes are, repeating it delivers or refuses every fact once, in order', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 50 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer({ min: 1, max: 60 }), async (all, limit) => {
      const { send } = limited(limit);
      const ended: { id: string; answer: string }[] = [];
      let left = rowsOf(all);
      while (left.length > 0) {
        const { answer, rows } = await sendHalving(left, send);
        ended.push(...rows.map((row) => ({ id: row.rowId, answer })));
        left = left.slice(rows.length);
      }
      expect(ended).toEqual(
        all.map((bytes, index) => ({ id: String(index), answer: bytes > limit ? 'too-large' : 'accepted' })),
      );
    }),
  );
});

describe('a refusal of Temporal', () => {
  const wrapped = (code: number, details: string): Error =>
    new Error('Failed to signal Workflow', { cause: Object.assign(new Error(details), { code, details }) });

  test.each([
    [3, 'Blob data size exceeds limit.'],
    [8, 'grpc: received message larger than max (4500132 vs. 4194304)'],
  ])('for size is known (%i %s)', (code, details) => {
    expect(isTooLarge(wrapped(code, details))).toBe(true);
  });

  test.each([
    [3, 'Workflow history size exceeds limit.'],
    [8, 'namespace rate limit exceeded'],
    [14, 'Blob data size exceeds limit.'],
  ])('for something else is none (%i %s)', (code, details) => {
    expect(isTooLarge(wrapped(code, details))).toBe(false);
  });

  test('by gRPC itself is not worth a repeat, a busy server is', () => {
    expect(isOverMessageLimit({ code: 8, details: 'grpc: received message larger than max (2 vs. 1)' })).toBe(true);
    expect(isOverMessageLimit({ code: 8, details: 'namespace rate limit exceeded' })).toBe(false);
  });
});
