import type { RetryingWork } from '../../contracts/model/work';
import { retryingSignal, stateQuery } from '../../workflows/messages';
import { reaches, says, stageOf } from '../support/commands';
import { eventually } from '../support/eventually';
import { createGate } from '../support/gate';
import { useLab } from '../support/lab';

const lab = useLab();

const seen: RetryingWork = { activity: 'packageContent', attempt: 7, message: 'PACKAGE_FAILED: no space is left' };

test('what is seen of failing work stands at its stage until that ends', async () => {
  const gate = createGate();
  const packageContent = async () => {
    await gate.opened;
    return { manifests: { hls: 'c/m.m3u8', dash: 'c/m.mpd', cekId: 'cek-1' }, reused: false };
  };
  await lab.withWorkers({ packageContent }, async (world) => {
    const run = await lab.start();
    await eventually('it is packaged', () => world.calls.includes('packageContent'));

    await run.signal(retryingSignal, seen);
    await says(run, 'RETRYING_LONG');
    expect(await run.query(stateQuery)).toMatchObject({ status: 'RUNNING', stage: 'package', attention: true });
    expect((await stageOf(run, 'package'))?.message).toBe(
      'packageContent, attempt 7: PACKAGE_FAILED: no space is left',
    );
    await eventually('others hear of it', () => world.last().attention);

    await run.signal(retryingSignal, null);
    await says(run, null);
    expect(await run.query(stateQuery)).toMatchObject({ status: 'RUNNING', attention: false });

    await run.signal(retryingSignal, seen);
    await says(run, 'RETRYING_LONG');
    gate.open();
    await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED', code: null });
    expect(world.last()).toMatchObject({ attention: false, code: null });
    expect(world.last().stages.map(({ code }) => code)).toEqual([null, null, null, null, null]);
  });
});

test('what comes after the stage has parked says nothing more', async () => {
  const packageContent = () => Promise.reject(new TypeError('broken'));
  await lab.withWorkers({ packageContent }, async () => {
    const run = await lab.start({ policy: { attempts: { transcode: 1, package: 1 } } });
    await reaches(run, 'PARKED');
    const before = await run.query(stateQuery);
    await run.signal(retryingSignal, seen);
    expect(await run.query(stateQuery)).toEqual(before);
    await run.terminate('end of test');
  });
});

test('work that no worker takes stands at its stage until one does', async () => {
  const gate = createGate();
  const packageContent = async () => {
    await gate.opened;
    return { manifests: { hls: 'c/m.m3u8', dash: 'c/m.mpd', cekId: 'cek-1' }, reused: false };
  };
  await lab.withWorkers({ packageContent }, async (world) => {
    const run = await lab.start();
    await eventually('it is packaged', () => world.calls.includes('packageContent'));
    const unserved: RetryingWork = { ...seen, code: 'NO_WORKER', message: 'the task queue media.ng has no worker' };
    await run.signal(retryingSignal, unserved);
    await says(run, 'NO_WORKER');
    expect(await run.query(stateQuery)).toMatchObject({ status: 'RUNNING', stage: 'package', attention: true });
    await eventually('others hear of it', () => world.last().attention);
    await run.signal(retryingSignal, null);
    await says(run, null);
    await run.signal(retryingSignal, unserved);
    await says(run, 'NO_WORKER');
    gate.open();
    await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED', code: null });
    expect(world.last().stages.map(({ code }) => code)).toEqual([null, null, null, null, null]);
  });
});
