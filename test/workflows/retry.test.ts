import { ApplicationFailure } from '@temporalio/common';
import type { Activities, TranscodeResult } from '../../contracts/model/work';
import { DEFAULT_POLICY } from '../../contracts/model/policy';
import { cancelUpdate, retryUpdate, stateQuery } from '../../workflows/messages';
import { costOf, MOST_EVENTS, reaches, refused, renditionOf, says, send, stageOf } from '../support/commands';
import { eventually } from '../support/eventually';
import { transcodedFact } from '../support/facts';
import { createGate } from '../support/gate';
import { type Handle, useLab } from '../support/lab';

/** Passes as real time does; a busy machine still encodes within it. */
const SOON_MS = 8_000;

const lab = useLab();

const encoded = ({ rung }: Parameters<Activities['transcodeRendition']>[0]): TranscodeResult => ({
  ...{ rung, key: `k/${rung.label}`, bytes: 1, sha256: 'x', durationSeconds: 5, lang: 'en', reused: false },
});

const fails = (code: string) => Promise.reject(ApplicationFailure.nonRetryable('exit 1', code));

/** Renditions that fail as long as they are in the set. */
const breaking =
  (broken: Set<string>): Activities['transcodeRendition'] =>
  (input) =>
    broken.has(input.rung.label) ? fails('TRANSCODE_FAILED') : Promise.resolve(encoded(input));

const attemptOf = async (run: Handle): Promise<string> => (await run.query(stateQuery)).attempt ?? 'none';

test('a rendition that failed asks for an admin and is retried while others are still encoded', async () => {
  const gate = createGate();
  let isBroken = true;
  const transcodeRendition: Activities['transcodeRendition'] = async (input) => {
    if (input.rung.label === '720p' && isBroken) return fails('TRANSCODE_FAILED');
    if (input.rung.label === '360p') await gate.opened;
    return encoded(input);
  };
  await lab.withWorkers({ transcodeRendition }, async (world) => {
    const run = await lab.start();
    await says(run, 'TRANSCODE_FAILED');
    const failed = await run.query(stateQuery);
    expect(failed).toMatchObject({ status: 'RUNNING', attention: true, attempt: 'g1r1.720p.a1' });
    await eventually('Postgres hears of it', () => world.last().attention);
    isBroken = false;
    const retried = await send(run, retryUpdate, { rendition: '720p', attempt: 'g1r1.720p.a1' });
    expect(retried).toMatchObject({ status: 'RUNNING', attention: false, code: null });
    await eventually('it is encoded', async () => (await renditionOf(run, '720p'))?.status === 'DONE');
    expect(await renditionOf(run, '360p')).toMatchObject({ status: 'RUNNING', attempt: 1 });
    gate.open();
    await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
    expect(world.calls.filter((call) => call === 'transcodeRendition 720p')).toHaveLength(2);
    expect(world.calls.filter((call) => call === 'transcodeRendition 360p')).toHaveLength(1);
  });
});

test('the token of one failure answers neither that of another rendition nor that of a later stage', async () => {
  const broken = new Set(['720p']);
  await lab.withWorkers(
    { transcodeRendition: breaking(broken), packageContent: () => fails('PACKAGE_FAILED') },
    async () => {
      const run = await lab.start();
      await reaches(run, 'PARKED');
      const seen = await attemptOf(run);
      const other = send(run, retryUpdate, { rendition: '720p', attempt: 'g1r1.360p.a1' });
      await expect(other).rejects.toMatchObject(refused('ATTEMPT_STALE'));
      broken.clear();
      await send(run, retryUpdate, { attempt: seen });
      await says(run, 'PACKAGE_FAILED');
      expect(await attemptOf(run)).toBe('g1r1.package.a1');
      await expect(send(run, retryUpdate, { attempt: seen })).rejects.toMatchObject(refused('ATTEMPT_STALE'));
      await run.terminate('end of test');
    },
  );
});

test('a failure that was named by its attempt alone, as contents parked earlier do, is answered', async () => {
  const broken = new Set(['720p']);
  await lab.withWorkers({ transcodeRendition: breaking(broken) }, async () => {
    const run = await lab.start();
    await reaches(run, 'PARKED');
    broken.clear();
    await expect(send(run, retryUpdate, { attempt: 'g1r1a2' })).rejects.toMatchObject(refused('ATTEMPT_STALE'));
    await send(run, retryUpdate, { attempt: 'g1r1a1' });
    await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
  });
});

test('of two renditions that stopped the stage one is retried, the other stops it again', async () => {
  const broken = new Set(['720p', 'a128']);
  await lab.withWorkers({ transcodeRendition: breaking(broken) }, async (world) => {
    const run = await lab.start();
    await reaches(run, 'PARKED');
    broken.clear();
    await send(run, retryUpdate, { rendition: '720p' });
    await eventually('it is done', async () => (await renditionOf(run, '720p'))?.status === 'DONE');
    await reaches(run, 'PARKED');
    expect(world.calls.filter((call) => call === 'transcodeRendition a128')).toHaveLength(1);
    await send(run, retryUpdate, {});
    await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
  });
});

test('a token answers its failure once: the second admin, and one who saw an older failure, are refused', async () => {
  await lab.withWorkers({ transcodeRendition: breaking(new Set(['720p'])) }, async () => {
    const run = await lab.start();
    await reaches(run, 'PARKED');
    const seen = await attemptOf(run);
    await send(run, retryUpdate, { attempt: seen });
    await expect(send(run, retryUpdate, { attempt: seen })).rejects.toMatchObject(refused('ATTEMPT_STALE'));
    await eventually('it failed again', async () => (await attemptOf(run)) === 'g1r1.transcode.a2');
    await expect(send(run, retryUpdate, { attempt: seen })).rejects.toMatchObject(refused('ATTEMPT_STALE'));
    const wrong = send(run, retryUpdate, { rendition: '720p', attempt: seen });
    await expect(wrong).rejects.toMatchObject(refused('ATTEMPT_STALE'));
    await send(run, retryUpdate, { attempt: 'g1r1.transcode.a2' });
    // An activity in flight would keep the server's clock from jumping in the tests after this one.
    await eventually('it failed once more', async () => (await attemptOf(run)) === 'g1r1.transcode.a3');
    await run.terminate('end of test');
  });
});

test('an undo that failed has a token of its own', async () => {
  const removeOutputs = () => fails('INTERNAL');
  await lab.withWorkers({ packageContent: () => fails('PACKAGE_FAILED'), removeOutputs }, async () => {
    const run = await lab.start();
    await reaches(run, 'PARKED');
    await send(run, cancelUpdate, {});
    await says(run, 'COMPENSATION_FAILED');
    await expect(send(run, retryUpdate, { attempt: 'g1r1.package.a1' })).rejects.toMatchObject(
      refused('ATTEMPT_STALE'),
    );
    await send(run, retryUpdate, { attempt: 'g1r1.undo.a1' });
    await eventually('it failed again', async () => (await attemptOf(run)) === 'g1r1.undo.a2');
    await expect(send(run, retryUpdate, { attempt: 'g1r1.undo.a1' })).rejects.toMatchObject(refused('ATTEMPT_STALE'));
    await run.terminate('end of test');
  });
});

describe('with corrected input', () => {
  test('another raw key is verified, planned and encoded anew', async () => {
    const keys: string[] = [];
    const verifyUpload: Activities['verifyUpload'] = ({ upload }) => {
      keys.push(upload.rawKey);
      const rung = { kind: 'video', label: '360p', width: 640, height: 360, bitrate: 1, frameRate: '25/1' } as const;
      return upload.rawKey === 'raw/c/right.mp4'
        ? Promise.resolve({ sha256: 'a', bytes: 1, probe: {} as never, ladder: [rung] })
        : fails('RAW_OBJECT_MISSING');
    };
    await lab.withWorkers({ verifyUpload }, async () => {
      const run = await lab.start();
      await says(run, 'RAW_OBJECT_MISSING');
      await send(run, retryUpdate, { with: { rawKey: 'raw/c/right.mp4' } });
      await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED', revision: 1 });
      expect(keys).toEqual(['raw/c/s-1/clip.mp4', 'raw/c/right.mp4']);
    });
  });

  test('a shorter ladder leaves the other renditions out, and must leave one', async () => {
    await lab.withWorkers({ transcodeRendition: breaking(new Set(['720p'])) }, async (world) => {
      const run = await lab.start();
      await reaches(run, 'PARKED');
      const withLadder = (...ladder: string[]) => send(run, retryUpdate, { with: { ladder } });
      await expect(withLadder('a128')).rejects.toMatchObject(refused('LAST_RENDITION'));
      await expect(withLadder('360p', '1080p')).rejects.toMatchObject(refused('NO_SUCH_RENDITION'));
      await withLadder('360p');
      await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
      const told = world.milestones().find((one) => one.topic === 'media.transcoded');
      expect(told?.payload).toMatchObject({ renditions: [{ resolution: '360p' }], audio_tracks: [] });
    });
  });

  test('a silent service gives way to our worker, which looks at the source first', async () => {
    const executors = { ...DEFAULT_POLICY.executors, transcode: 'service', package: 'service' } as const;
    const rung = { kind: 'video', label: '360p', width: 640, height: 360, bitrate: 1, frameRate: '25/1' } as const;
    const verifyUpload: Activities['verifyUpload'] = ({ planLadder }) =>
      Promise.resolve({ sha256: 'a', bytes: 1, probe: {} as never, ladder: planLadder ? [rung] : [] });
    await lab.withWorkers({ verifyUpload }, async (world) => {
      const deadlineMs = { ...DEFAULT_POLICY.deadlineMs, transcode: SOON_MS };
      const run = await lab.start({ policy: { executors, verify: 'trust', deadlineMs } });
      await says(run, 'SERVICE_SILENT');
      const wrong = send(run, retryUpdate, { with: { rawKey: 'raw/c/x', ladder: ['360p'] } });
      await expect(wrong).rejects.toMatchObject(refused('NOT_CORRECTABLE'));
      await send(run, retryUpdate, { with: { executor: 'worker' } });
      await eventually('it is packaged elsewhere', async () => (await stageOf(run, 'package'))?.status === 'WAITING');
      expect(world.calls.filter((call) => call === 'verifyUpload')).toHaveLength(2);
      expect(world.topics()).toContain('media.transcoded');
      await run.terminate('end of test');
    });
  });

  test('a service takes over, and its fact counts although it had been ignored before', async () => {
    const executors = { ...DEFAULT_POLICY.executors, package: 'service' } as const;
    await lab.withWorkers({ transcodeRendition: breaking(new Set(['720p'])) }, async (world) => {
      const run = await lab.start({ policy: { executors } });
      await reaches(run, 'PARKED');
      await run.signal('facts', [transcodedFact()]);
      await send(run, retryUpdate, { with: { executor: 'service' } });
      await eventually('it waits', async () => (await stageOf(run, 'transcode'))?.status === 'WAITING');
      await run.signal('facts', [transcodedFact()]);
      await eventually('it goes on', async () => (await stageOf(run, 'package'))?.status === 'WAITING');
      expect(world.outcomes().map((one) => one.code)).toEqual(expect.arrayContaining(['NOT_EXECUTOR']));
      await run.terminate('end of test');
    });
  });

  test('what does not fit the stage is refused', async () => {
    await lab.withWorkers({ packageContent: () => fails('PACKAGE_FAILED') }, async () => {
      const run = await lab.start();
      await reaches(run, 'PARKED');
      for (const correction of [{ rawKey: 'raw/c/x' }, { ladder: ['360p'] }]) {
        const wrong = send(run, retryUpdate, { with: correction });
        await expect(wrong).rejects.toMatchObject(refused('NOT_CORRECTABLE'));
      }
      await send(run, retryUpdate, { with: { executor: 'service' } });
      await eventually('it waits', async () => (await stageOf(run, 'package'))?.status === 'WAITING');
      await run.terminate('end of test');
    });
  });
});

test('a retry of a rendition costs at most 16 events', async () => {
  const gate = createGate();
  let isBroken = true;
  const transcodeRendition: Activities['transcodeRendition'] = async (input) => {
    if (input.rung.label === '720p' && isBroken) return fails('TRANSCODE_FAILED');
    if (input.rung.label !== 'a128') await gate.opened;
    return encoded(input);
  };
  await lab.withWorkers({ transcodeRendition }, async () => {
    const run = await lab.start();
    await says(run, 'TRANSCODE_FAILED');
    isBroken = false;
    const cost = await costOf(run, () => send(run, retryUpdate, { rendition: '720p' })).finally(() => {
      gate.open();
    });
    expect(cost).toBeLessThanOrEqual(MOST_EVENTS);
    await run.terminate('end of test');
  });
});
