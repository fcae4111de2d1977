import { ApplicationFailure } from '@temporalio/common';
import { Context } from '@temporalio/activity';
import type { Activities, TranscodeResult } from '../../contracts/model/work';
import { skipUpdate, stateQuery } from '../../workflows/messages';
import { costOf, MOST_EVENTS, reaches, refused, renditionOf, says, send, stageOf } from '../support/commands';
import { eventually } from '../support/eventually';
import { flaggedFact, uploadFact } from '../support/facts';
import { useLab } from '../support/lab';

const lab = useLab();

const skips = (what: { stage?: 'moderate' | 'upload' | 'transcode' | 'package' | 'publish'; rendition?: string }) => ({
  ...what,
  decisionId: 'd-skip',
  at: 4_000,
});

const encoded = ({ rung }: Parameters<Activities['transcodeRendition']>[0]): TranscodeResult => ({
  ...{ rung, key: `k/${rung.label}`, bytes: 1, sha256: 'x', durationSeconds: 5, lang: 'en', reused: false },
});

const breaks =
  (...labels: string[]): Activities['transcodeRendition'] =>
  (input) =>
    labels.includes(input.rung.label)
      ? Promise.reject(ApplicationFailure.nonRetryable('exit 1', 'TRANSCODE_FAILED'))
      : Promise.resolve(encoded(input));

const down: Activities['runCheck'] = () => Promise.reject(ApplicationFailure.nonRetryable('away', 'CHECK_FAILED'));

test('a rendition that failed is left out, and the content goes on with the others', async () => {
  await lab.withWorkers({ transcodeRendition: breaks('720p') }, async (world) => {
    const run = await lab.start();
    await reaches(run, 'PARKED');
    await send(run, skipUpdate, skips({ rendition: '720p' }));
    await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
    const told = world.milestones().find((one) => one.topic === 'media.transcoded');
    expect(told?.payload['renditions']).toEqual([{ resolution: '360p', bitrate: 400_000, s3_key: 'k/360p' }]);
    expect(world.calls.filter((call) => call.startsWith('transcodeRendition'))).toHaveLength(3);
  });
});

test('of two that failed the other stops the stage still', async () => {
  await lab.withWorkers({ transcodeRendition: breaks('720p', 'a128') }, async () => {
    const run = await lab.start();
    await reaches(run, 'PARKED');
    await expect(send(run, skipUpdate, skips({ rendition: '720p' }))).resolves.toMatchObject({ status: 'PARKED' });
    await send(run, skipUpdate, skips({ rendition: 'a128' }));
    await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
  });
});

test('an encoder at work is stopped, and the content does not wait for it', async () => {
  const transcodeRendition: Activities['transcodeRendition'] = async (input) => {
    if (input.rung.label !== '720p') return encoded(input);
    const beat = setInterval(() => {
      Context.current().heartbeat();
    }, 100);
    return Context.current().cancelled.finally(() => {
      clearInterval(beat);
    });
  };
  await lab.withWorkers({ transcodeRendition }, async () => {
    const run = await lab.start();
    await eventually('720p is encoded', async () => (await renditionOf(run, '720p'))?.status === 'RUNNING');
    await send(run, skipUpdate, skips({ rendition: '720p' }));
    await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
  });
});

test('the last rendition that shows anything cannot be left out, nor one that is done or was never planned', async () => {
  await lab.withWorkers({ transcodeRendition: breaks('360p', 'a128') }, async () => {
    const run = await lab.start();
    await reaches(run, 'PARKED');
    const skip = (rendition: string) => send(run, skipUpdate, skips({ rendition }));
    await expect(skip('720p')).rejects.toMatchObject(refused('ALREADY_DONE'));
    await expect(skip('1080p')).rejects.toMatchObject(refused('NO_SUCH_RENDITION'));
    await skip('360p');
    await expect(skip('360p')).rejects.toMatchObject(refused('ALREADY_DONE'));
    await run.terminate('end of test');
  });
  await lab.withWorkers({ transcodeRendition: breaks('360p', '720p') }, async () => {
    const run = await lab.start();
    await reaches(run, 'PARKED');
    await send(run, skipUpdate, skips({ rendition: '360p' }));
    await expect(send(run, skipUpdate, skips({ rendition: '720p' }))).rejects.toMatchObject(refused('LAST_RENDITION'));
    await run.terminate('end of test');
  });
});

test('moderation that cannot look is skipped by a recorded decision, which names who took it', async () => {
  await lab.withWorkers({ runCheck: down }, async (world) => {
    const run = await lab.start();
    await says(run, 'ALL_CHECKS_DOWN');
    await send(run, skipUpdate, skips({ stage: 'moderate' }));
    await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
    expect(world.decisions()).toEqual([
      { decisionId: 'd-skip', decision: 'APPROVED', actor: 'local:anna', reason: 'because', at: 4_000, skipped: true },
    ]);
    expect(world.topics()).not.toContain('moderation.approved');
    expect(world.notices()).toEqual([]);
  });
});

test.each(['upload', 'transcode', 'package', 'publish'] as const)('%s cannot be skipped', async (stage) => {
  await lab.withWorkers({ runCheck: down }, async () => {
    const run = await lab.start();
    await says(run, 'ALL_CHECKS_DOWN');
    await expect(send(run, skipUpdate, skips({ stage }))).rejects.toMatchObject(refused('NOT_SKIPPABLE'));
    await run.terminate('end of test');
  });
});

test('an open flag is not skipped, and a flag after the skip asks for a reviewer', async () => {
  await lab.withWorkers({}, async (world) => {
    const flagged = await lab.start({ facts: [uploadFact(), flaggedFact(5_000)] });
    await says(flagged, 'REVIEW_OPEN');
    await expect(send(flagged, skipUpdate, skips({ stage: 'moderate' }))).rejects.toMatchObject(refused('FLAG_OPEN'));
    await flagged.terminate('end of test');

    const policy = { executors: { transcode: 'worker', moderate: 'service', package: 'service' } as const };
    const run = await lab.start({ policy });
    await eventually('it waits', async () => (await stageOf(run, 'moderate'))?.status === 'WAITING');
    await send(run, skipUpdate, skips({ stage: 'moderate' }));
    await eventually('it goes on', async () => (await stageOf(run, 'package'))?.status === 'WAITING');
    // Older than the skip: nobody has seen it all the same.
    await run.signal('facts', [flaggedFact(3_000)]);
    await reaches(run, 'AWAITING_REVIEW');
    expect((await run.query(stateQuery)).openFlags).toHaveLength(1);
    expect(world.topics()).not.toContain('moderation.approved');
    await run.terminate('end of test');
  });
});

test('a skip costs at most 16 events', async () => {
  await lab.withWorkers({ transcodeRendition: breaks('720p', 'a128') }, async () => {
    const run = await lab.start();
    await reaches(run, 'PARKED');
    expect(await costOf(run, () => send(run, skipUpdate, skips({ rendition: '720p' })))).toBeLessThanOrEqual(
      MOST_EVENTS,
    );
    await run.terminate('end of test');
  });
});
