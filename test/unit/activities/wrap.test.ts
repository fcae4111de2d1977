import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CancelledFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { Attempt } from '../../../activities/attempt';
import type { ActivityDeps } from '../../../activities/deps';
import { wrap } from '../../../activities/wrap';
import { ReelwayError } from '../../../contracts/model/errors';

let tempDir: string;
let warnings: { bindings: object; message: string }[];
let deps: ActivityDeps;
beforeEach(async () => {
  tempDir = await mkdtemp(join(tmpdir(), 'reelway-wrap-'));
  warnings = [];
  const warn = (bindings: object, message: string): number => warnings.push({ bindings, message });
  deps = { tempDir, residencies: ['GLOBAL'], log: { info: jest.fn(), warn } } as unknown as ActivityDeps;
});
afterEach(() => rm(tempDir, { recursive: true, force: true }));

const environment = (): MockActivityEnvironment =>
  new MockActivityEnvironment({ attempt: 1 }, { logger: new DefaultLogger('ERROR', () => undefined) });

const never = (attempt: Attempt): Promise<never> =>
  new Promise((_resolve, reject) => {
    attempt.signal.addEventListener('abort', () => {
      reject(new ReelwayError('TRANSCODE_FAILED', 'ffmpeg was killed by SIGTERM'));
    });
  });

describe('a wrapped activity', () => {
  test('gives its result, and its folder is gone by then', async () => {
    const folders: string[] = [];
    const made = wrap(deps, async (_deps, attempt, input: string) => {
      folders.push(await attempt.folder('GLOBAL'));
      await writeFile(join(folders[0] ?? '', 'source'), 'bytes');
      return `${input}!`;
    });
    expect(await environment().run(made, 'done')).toBe('done!');
    await expect(access(folders[0] ?? '')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('fails with our code and logs the cause, which the history does not get', async () => {
    const cause = new TypeError('the reason');
    const made = wrap(deps, async (_deps, attempt) => {
      await attempt.folder('GLOBAL');
      throw new ReelwayError('PACKAGE_FAILED', 'no set', { cause });
    });
    await expect(environment().run(made, undefined)).rejects.toMatchObject({
      type: 'PACKAGE_FAILED',
      message: 'no set',
    });
    expect(warnings).toMatchObject([{ bindings: { code: 'PACKAGE_FAILED', err: { cause } } }]);
  });

  test('that is cancelled ends as a cancellation, whatever the killed tool said', async () => {
    const env = environment();
    const running = env.run(
      wrap(deps, (_deps, attempt) => never(attempt)),
      undefined,
    );
    env.cancel();
    await expect(running).rejects.toBeInstanceOf(CancelledFailure);
    expect(warnings).toEqual([]);
  });

  test('that finished although it was cancelled gives its result: the work is there to be undone', async () => {
    const env = environment();
    const made = wrap(deps, (_deps, attempt) => {
      env.cancel();
      return Promise.resolve(attempt.signal.aborted);
    });
    expect(await env.run(made, undefined)).toBe(true);
  });
});

describe('a pulse', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const minutes = (): Promise<void> => jest.advanceTimersByTimeAsync(60_000);

  test('beats beside the work, and stops when the work is over or shows no progress for too long', async () => {
    const env = environment();
    const beats: object[] = [];
    env.on('heartbeat', (progress: object) => beats.push(progress));
    const made = wrap(deps, (_deps, attempt) => attempt.pulse({ percent: 50, label: 'dash' }, 12_000, minutes));
    await env.run(made, undefined);
    expect(beats).toEqual(Array.from({ length: 3 }, () => ({ percent: 50, label: 'dash' })));
    await minutes();
    expect(beats).toHaveLength(3);
  });

  test('repeats the last progress, which gives the work its patience anew', async () => {
    const env = environment();
    const beats: object[] = [];
    env.on('heartbeat', (progress: object) => beats.push(progress));
    const made = wrap(deps, (_deps, attempt) =>
      attempt.pulse({ percent: 0, label: 'dash' }, 12_000, async (tell) => {
        await jest.advanceTimersByTimeAsync(9_000);
        tell(120, 'hls');
        await jest.advanceTimersByTimeAsync(13_000);
        tell(40.9);
      }),
    );
    await env.run(made, undefined);
    const [dash, hls] = [
      { percent: 0, label: 'dash' },
      { percent: 100, label: 'hls' },
    ];
    expect(beats).toEqual([dash, dash, hls, hls, hls, hls, { percent: 40, label: 'hls' }]);
  });
});
