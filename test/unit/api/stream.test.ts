import { ReelwayError } from '../../../contracts/model/errors';
import { streamOf } from '../../../api/admin/stream';

const RUNNING = new AbortController().signal;

async function read(results: AsyncIterable<unknown>, stopping = RUNNING): Promise<unknown[]> {
  const lines: unknown[] = [];
  for await (const line of await streamOf(results, 'r-1', stopping)) lines.push(JSON.parse(line as string));
  return lines;
}

/** Results 1 to `count`, then what `end` does. */
async function* counting(count: number, end: () => void = () => undefined): AsyncGenerator<{ id: number }> {
  for (let id = 1; id <= count; id++) yield await Promise.resolve({ id });
  end();
}
const fail = (error: Error) => (): never => {
  throw error;
};

describe('a stream of results', () => {
  it('has a line per result, also where there is none', async () => {
    expect(await read(counting(3))).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
    expect(await read(counting(0))).toEqual([]);
  });

  it('throws what is refused before the first result, so that it has a status', async () => {
    const refused = new ReelwayError('REASON_MISSING');
    await expect(streamOf(counting(0, fail(refused)), 'r-1', RUNNING)).rejects.toBe(refused);
  });

  it('ends with the problem where it breaks off, and tells nothing of what we did not expect', async () => {
    const away = new ReelwayError('SERVICE_UNREACHABLE', 'Postgres is away.');
    expect(await read(counting(1, fail(away)))).toEqual([
      { id: 1 },
      { problem: expect.objectContaining({ code: 'SERVICE_UNREACHABLE', requestId: 'r-1' }) as object },
    ]);
    expect(JSON.stringify(await read(counting(1, fail(new TypeError('secret')))))).not.toContain('secret');
  });

  it('ends after the result in hand when the process stops, and says that it is not all', async () => {
    expect(await read(counting(100), AbortSignal.abort())).toEqual([
      { id: 1 },
      {
        problem: expect.objectContaining({
          code: 'SERVICE_UNREACHABLE',
          hint: expect.stringContaining('rest') as string,
        }) as object,
      },
    ]);
  });

  it('that nobody reads on ends the work after few more results', async () => {
    let done = 0;
    const ended = new Promise<void>((resolve) => {
      async function* work(): AsyncGenerator<number> {
        try {
          for (;;) yield await Promise.resolve(++done);
        } finally {
          resolve();
        }
      }
      void streamOf(work(), 'r-1', RUNNING).then(async (stream) => {
        for await (const _line of stream) break;
      });
    });
    await ended;
    expect(done).toBeLessThan(5);
  });
});
