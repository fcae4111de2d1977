import { ApplicationFailure } from '@temporalio/common';
import { Context } from '@temporalio/activity';
import type { Activities } from '../../contracts/model/work';
import { decidedFact, flaggedFact, packagedFact, transcodedFact, uploadFact } from '../support/facts';
import { type Handle, useLab } from '../support/lab';
import { cancelUpdate, decideUpdate, retryUpdate, stateQuery } from '../../workflows/messages';
import { DEFAULT_POLICY } from '../../contracts/model/policy';
import { foldFact } from '../../workflows/state/fold';
import { settle } from '../../workflows/state/settle';
import { newState, patchStage } from '../../workflows/state/state';
import { eventually } from '../support/eventually';

const DAY_MS = 24 * 60 * 60 * 1000;
const command = { commandId: 'cmd-1', actor: 'local:anna', reason: 'test' };
const fails = (code: string): (() => Promise<never>) => {
  return () => Promise.reject(ApplicationFailure.nonRetryable(`broken: ${code}`, code));
};

const lab = useLab();

const reaches = (run: Handle, status: string): Promise<boolean> =>
  eventually(`the run is ${status}`, async () => (await run.query(stateQuery)).status === status);

const says = (run: Handle, code: string): Promise<boolean> =>
  eventually(`the run says ${code}`, async () => (await run.query(stateQuery)).code === code);

describe('a stage that fails', () => {
  it('parks with the code of its failure, and a retry goes on from there', async () => {
    let broken = true;
    const transcodeRendition: Activities['transcodeRendition'] = ({ rung }) =>
      broken && rung.label === '720p'
        ? fails('TRANSCODE_FAILED')()
        : Promise.resolve({
            rung,
            key: `k/${rung.label}`,
            bytes: 1,
            sha256: 'x',
            durationSeconds: 5,
            lang: 'en',
            reused: false,
          });
    await lab.withWorkers({ transcodeRendition }, async (world) => {
      const run = await lab.start();
      await reaches(run, 'PARKED');
      const parked = await run.query(stateQuery);
      expect(parked).toMatchObject({ stage: 'transcode', attention: true, code: 'TRANSCODE_FAILED' });
      expect(parked.renditions.find((one) => one.label === '360p')?.status).toBe('DONE');
      broken = false;
      await run.executeUpdate(retryUpdate, { args: [command] });
      await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
      expect(world.calls.filter((call) => call === 'transcodeRendition 720p')).toHaveLength(2);
      expect(world.calls.filter((call) => call === 'transcodeRendition 360p')).toHaveLength(1);
    });
  });

  it('refuses a retry where nothing is parked, and any command after the end', async () => {
    await lab.withWorkers({}, async () => {
      const run = await lab.start({ facts: [uploadFact(), flaggedFact(5_000)] });
      await reaches(run, 'AWAITING_REVIEW');
      await expect(run.executeUpdate(retryUpdate, { args: [command] })).rejects.toMatchObject({
        cause: { type: 'NOT_PARKED' },
      });
      await run.executeUpdate(decideUpdate, {
        args: [{ ...command, decision: 'REMOVED', decisionId: 'd-1', at: 9_000 }],
      });
      await expect(run.result()).resolves.toMatchObject({ status: 'REMOVED' });
    });
  });

  it('with a bad file waits for the creator, whose new upload is the next revision', async () => {
    let bad = true;
    const verifyUpload: Activities['verifyUpload'] = (input) =>
      bad
        ? fails('SOURCE_TRUNCATED')()
        : Promise.resolve({
            sha256: 'a',
            bytes: 1,
            probe: {} as never,
            ladder: [
              {
                kind: 'audio',
                label: 'a64',
                bitrate: 64_000,
                channels: 2,
                sampleRate: 48_000,
                lang: input.place.contentType,
              },
            ],
          });
    await lab.withWorkers({ verifyUpload }, async () => {
      const run = await lab.start();
      await reaches(run, 'AWAITING_CREATOR');
      expect(await run.query(stateQuery)).toMatchObject({ attention: false, code: 'SOURCE_TRUNCATED' });
      bad = false;
      await run.signal('facts', [uploadFact({ at: 50_000 }, 's-2')]);
      await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED', revision: 2 });
    });
  });

  it('with a bad file fails after fourteen days without a new upload', async () => {
    await lab.withWorkers({ verifyUpload: fails('SOURCE_EMPTY') }, async () => {
      const run = await lab.start();
      const started = await lab.env.currentTimeMs();
      await expect(run.result()).resolves.toMatchObject({ status: 'FAILED', code: 'EDIT_EXPIRED' });
      expect((await lab.env.currentTimeMs()) - started).toBeGreaterThanOrEqual(14 * DAY_MS);
    });
  });
});

describe('an upload that nobody asked for', () => {
  it('is held, and taken once the content waits for its creator', async () => {
    await lab.withWorkers({}, async (world) => {
      const run = await lab.start({ facts: [uploadFact(), flaggedFact(5_000)] });
      await run.signal('facts', [uploadFact({ at: 7_000 }, 's-2')]);
      await reaches(run, 'AWAITING_REVIEW');
      await run.signal('facts', [decidedFact('EDIT_REQUESTED', 6_000)]);
      await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED', revision: 2 });
      expect(world.outcomes().filter((one) => one.code === 'SECOND_UPLOAD')).toHaveLength(1);
      expect(world.calls.filter((call) => call === 'verifyUpload')).toHaveLength(2);
      expect(world.topics().filter((topic) => topic === 'media.published')).toHaveLength(1);
    });
  });
});

describe('EDIT_REQUESTED', () => {
  it('publishes nothing until a newer approval comes', async () => {
    await lab.withWorkers({}, async (world) => {
      const run = await lab.start({ facts: [uploadFact(), flaggedFact(5_000), decidedFact('EDIT_REQUESTED', 6_000)] });
      await reaches(run, 'AWAITING_CREATOR');
      expect(world.topics()).not.toContain('media.published');
      await run.signal('facts', [decidedFact('APPROVED', 7_000)]);
      await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED', revision: 1 });
    });
  });
});

describe('a service that is silent', () => {
  const executors = { transcode: 'service', moderate: 'worker', package: 'worker' } as const;

  it('parks the stage at its deadline, and its late fact still completes it', async () => {
    await lab.withWorkers({}, async () => {
      const run = await lab.start({ policy: { executors, verify: 'trust' } });
      await reaches(run, 'WAITING');
      await lab.env.sleep(12 * 60 * 60 * 1000 + 1_000);
      await reaches(run, 'PARKED');
      expect(await run.query(stateQuery)).toMatchObject({
        stage: 'transcode',
        code: 'SERVICE_SILENT',
        attention: true,
      });
      await run.signal('facts', [transcodedFact()]);
      await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
    });
  });

  it.each([
    ['clear', 'PUBLISHED'],
    ['review', 'AWAITING_REVIEW'],
  ] as const)('about moderation means %s where the policy says so', async (then, status) => {
    await lab.withWorkers({}, async () => {
      const policy = {
        executors: { ...executors, transcode: 'worker', moderate: 'service' } as const,
        silence: { then, graceMs: 60_000 },
      };
      const run = await lab.start({ policy });
      if (status === 'PUBLISHED') {
        await expect(run.result()).resolves.toMatchObject({ status });
        return;
      }
      await lab.env.sleep(61_000);
      await reaches(run, status);
      expect((await run.query(stateQuery)).code).toBe('MODERATION_SILENT');
      await lab.env.sleep(4 * 60 * 60 * 1000 + 1_000);
      await says(run, 'REVIEW_OVERDUE');
      expect((await run.query(stateQuery)).attention).toBe(true);
      await run.terminate('end of test');
    });
  });
});

describe('a cancel', () => {
  it('stops the encoders first and then undoes, last step first', async () => {
    const order: string[] = [];
    const fakes: Partial<Activities> = {
      transcodeRendition: async () => {
        const beat = setInterval(() => {
          Context.current().heartbeat();
        }, 100);
        try {
          return await Context.current().cancelled;
        } finally {
          clearInterval(beat);
          order.push('encoder gone');
        }
      },
      removeOutputs: ({ stage }) => {
        order.push(`undo ${stage}`);
        return Promise.resolve({ removed: 0 });
      },
    };
    await lab.withWorkers(fakes, async (world) => {
      const run = await lab.start();
      await eventually(
        'three encoders run',
        () => world.calls.filter((one) => one.startsWith('transcode')).length === 3,
      );
      await run.executeUpdate(cancelUpdate, { args: [command] });
      await expect(run.result()).resolves.toMatchObject({ status: 'CANCELLED', visibility: 'HIDDEN' });
      expect(order).toEqual(['encoder gone', 'encoder gone', 'encoder gone', 'undo transcode']);
      expect(world.topics()).toEqual([]);
    });
  });

  it('whose undo fails parks as COMPENSATION_FAILED, and a retry goes on with that step', async () => {
    let broken = true;
    const fakes: Partial<Activities> = {
      packageContent: fails('PACKAGE_FAILED'),
      removeOutputs: ({ stage }) =>
        broken && stage === 'transcode' ? fails('INTERNAL')() : Promise.resolve({ removed: 1 }),
    };
    await lab.withWorkers(fakes, async (world) => {
      const run = await lab.start();
      await reaches(run, 'PARKED');
      await run.executeUpdate(cancelUpdate, { args: [command] });
      await says(run, 'COMPENSATION_FAILED');
      expect((await run.query(stateQuery)).attention).toBe(true);
      broken = false;
      await run.executeUpdate(retryUpdate, { args: [{ ...command, commandId: 'cmd-2' }] });
      await expect(run.result()).resolves.toMatchObject({ status: 'CANCELLED' });
      const undone = world.calls.filter((call) => call.startsWith('removeOutputs'));
      expect(undone).toEqual(['removeOutputs package', 'removeOutputs transcode', 'removeOutputs transcode']);
    });
  });

  it('from the Temporal UI compensates like any other', async () => {
    await lab.withWorkers({ packageContent: fails('PACKAGE_FAILED') }, async (world) => {
      const run = await lab.start();
      await reaches(run, 'PARKED');
      await run.cancel();
      await expect(run.result()).resolves.toMatchObject({ status: 'CANCELLED' });
      expect(world.calls).toContain('removeOutputs transcode');
    });
  });
});

describe('a milestone that is refused', () => {
  it('parks its stage, and the retry issues it again under the same ordinal', async () => {
    let broken = true;
    const told: number[] = [];
    const announce: Activities['announce'] = ({ milestones }) => {
      const published = milestones.find((one) => one.topic === 'media.published');
      if (published) told.push(published.ordinal);
      return Promise.resolve({
        refused: broken && published ? [{ ...published, code: 'MILESTONE_INVALID', message: 'title: too long' }] : [],
      });
    };
    await lab.withWorkers({ announce }, async () => {
      const run = await lab.start();
      await reaches(run, 'PARKED');
      expect(await run.query(stateQuery)).toMatchObject({ stage: 'publish', code: 'MILESTONE_INVALID' });
      broken = false;
      await run.executeUpdate(retryUpdate, { args: [command] });
      await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
      expect(told).toEqual([1, 1]);
    });
  });
});

describe('facts in the closing task', () => {
  it('are all answered before the run returns', async () => {
    let sent: Promise<unknown> = Promise.resolve();
    let run: Handle | undefined;
    const publishContent: Activities['publishContent'] = () => {
      const burst = Array.from({ length: 20 }, (_, i) => decidedFact('APPROVED', 20_000 + i));
      sent = Promise.all(burst.map(async (fact) => run?.signal('facts', [fact])));
      return Promise.resolve({ title: 'T', categories: [], creatorId: 'creator-1', wasVisible: false });
    };
    await lab.withWorkers({ publishContent }, async (world) => {
      run = await lab.start();
      await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
      await sent;
      expect(world.outcomes()).toHaveLength(21);
    });
  });
});

describe('a record that changed after the checks had read it', () => {
  it('is checked again before anything becomes visible', async () => {
    let version = 0;
    const fakes: Partial<Activities> = {
      runCheck: ({ check }) => Promise.resolve({ check, flags: [], metadataVersion: version }),
      publishContent: ({ checkedVersion }) => {
        if (checkedVersion === 1)
          return Promise.resolve({ title: 'T', categories: [], creatorId: 'creator-1', wasVisible: false });
        version = 1;
        return fails('METADATA_CHANGED')();
      },
    };
    await lab.withWorkers(fakes, async (world) => {
      const run = await lab.start();
      await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
      expect(world.calls.filter((call) => call === 'runCheck text')).toHaveLength(2);
      expect(world.calls.filter((call) => call === 'packageContent')).toHaveLength(1);
    });
  });
});

describe('a run with a long history', () => {
  it('continues as new with everything it knows, and its memory of facts', async () => {
    await lab.withWorkers({}, async (world) => {
      const upload = uploadFact();
      const policy = {
        ...DEFAULT_POLICY,
        executors: { transcode: 'service', moderate: 'service', package: 'service' },
      } as const;
      const before = [upload, transcodedFact(), packagedFact(), flaggedFact(5_000)].reduce(
        (state, one) => settle(foldFact(state, one, 6_000).state, 6_000),
        patchStage(newState({ contentId: 'long', generation: 1, policy }), 'upload', { status: 'DONE' }),
      );
      const resumed = { ...before, signals: 6_000 };
      const run = await lab.start({ contentId: 'long', facts: [upload], input: { policy, resumed } });
      await eventually('a second run goes on', async () => {
        const now = await lab.env.client.workflow.getHandle(run.workflowId).describe();
        return now.runId !== run.signaledRunId;
      });
      const successor = lab.env.client.workflow.getHandle(run.workflowId);
      await successor.signal('facts', [decidedFact('APPROVED', 7_000)]);
      await expect(successor.result()).resolves.toMatchObject({ status: 'PUBLISHED', revision: 1 });
      expect(world.topics()).toEqual(['media.published']);
      expect(world.calls).not.toContain('verifyUpload');
    });
  });
});
