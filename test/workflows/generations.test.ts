import { ApplicationFailure } from '@temporalio/activity';
import type { TakenOver } from '../../contracts/model/generation';
import type { Activities, AnnounceInput } from '../../contracts/model/work';
import { cancelUpdate, decideUpdate, stateQuery, takedownSignal } from '../../workflows/messages';
import { eventually } from '../support/eventually';
import { type Handle, useLab } from '../support/lab';
import { OLD_SET, RENDITION, takenOver } from '../support/taken-over';

const lab = useLab();

const command = { commandId: 'x-1', actor: 'local:anna', reason: 'why not' };

/** The second generation of a content; it begins without a fact. */
const startTaken = (patch: Partial<TakenOver> = {}): Promise<Handle> =>
  lab.start({ facts: [], input: { generation: 2, taken: takenOver(patch) } });

/** It was visible before, so nothing is new to anybody. */
const stillVisible: Pick<Activities, 'publishContent'> = {
  publishContent: () => Promise.resolve({ title: 'T', categories: [], creatorId: 'creator-1', wasVisible: true }),
};

describe('a reprocess from package', () => {
  it('makes the next set from the renditions there are, and tells of the set alone', async () => {
    const sets: unknown[] = [];
    const packageContent: Activities['packageContent'] = ({ set, renditions, takeOver }) => {
      sets.push({ set, renditions, takeOver });
      return Promise.resolve({ manifests: { hls: 'c/n.m3u8', dash: 'c/n.mpd', cekId: 'cek-2' }, reused: false });
    };
    await lab.withWorkers({ ...stillVisible, packageContent }, async (world) => {
      const run = await startTaken();
      await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED', visibility: 'PUBLISHED' });
      expect(sets).toEqual([{ set: 2, renditions: [RENDITION], takeOver: undefined }]);
      expect(world.calls).toEqual(['packageContent', 'publishContent']);
      expect(world.topics()).toEqual(['media.drm.packaged']);
      expect(world.last()).toMatchObject({ manifests: { cekId: 'cek-2' }, generation: 2, attention: false });
    });
  });

  it('that is cancelled leaves what was live, undoes its own work and ends as PUBLISHED', async () => {
    await lab.withWorkers({ packageContent: () => Promise.reject(parked()) }, async (world) => {
      const run = await startTaken();
      await eventually('it is parked', async () => (await run.query(stateQuery)).status === 'PARKED');
      await run.executeUpdate(cancelUpdate, { args: [command], updateId: 'x-1' });
      await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED', visibility: 'PUBLISHED' });
      expect(world.calls).toContain('removeOutputs package');
      expect(world.last().manifests).toEqual(OLD_SET);
      expect(world.topics()).toEqual([]);
    });
  });

  it('that is cancelled after its set was told of tells of the set that stands', async () => {
    const refused = (): Promise<never> => Promise.reject(parked('METADATA_MISSING'));
    await lab.withWorkers({ publishContent: refused }, async (world) => {
      const run = await startTaken();
      await eventually('it is parked', async () => (await run.query(stateQuery)).status === 'PARKED');
      await run.executeUpdate(cancelUpdate, { args: [command], updateId: 'x-1' });
      await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED', visibility: 'PUBLISHED' });
      const told = world.milestones().filter(({ topic }) => topic === 'media.drm.packaged');
      expect(told.map(({ ordinal, payload }) => [ordinal, payload['cek_id']])).toEqual([
        [1, 'cek-1'],
        [2, 'cek-old'],
      ]);
    });
  });

  it('adopts that a flag hid what was live, and waits for a reviewer', async () => {
    const flags = [
      {
        ...{ key: 'f-1', priority: 'STANDARD' as const, source: 'service' as const, at: 3_000 },
        flags: [
          { check_type: 'spam', confidence_score: 0.9, flagged_timestamp_start: null, flagged_timestamp_end: null },
        ] as never,
      },
    ];
    const announce = answering(() => 'HIDDEN');
    await lab.withWorkers({ announce: announce.activity }, async () => {
      const run = await startTaken({ flags });
      await eventually('it is hidden and in review', async () => {
        const { status, visibility } = await run.query(stateQuery);
        return status === 'AWAITING_REVIEW' && visibility === 'HIDDEN';
      });
      await run.executeUpdate(decideUpdate, {
        args: [{ ...command, decision: 'APPROVED', decisionId: 'd-2', at: 4_000 }],
        updateId: 'x-1',
      });
      await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED', visibility: 'PUBLISHED' });
    });
  });
});

describe('a reprocess from upload of the same bytes', () => {
  it('takes renditions and set over by their input, and tells of neither', async () => {
    const asked: unknown[] = [];
    const fakes: Partial<Activities> = {
      ...stillVisible,
      transcodeRendition: ({ rung, takeOver }) => {
        asked.push(takeOver);
        return Promise.resolve({ ...RENDITION, rung, reused: true, takenOver: true });
      },
      packageContent: ({ takeOver }) => {
        asked.push(takeOver);
        return Promise.resolve({ manifests: OLD_SET, reused: true, takenOver: true });
      },
    };
    await lab.withWorkers(fakes, async (world) => {
      const run = await startTaken({ done: [], anew: null, source: null, encoded: [], decision: null });
      await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
      expect(asked).toEqual([true, true, true, true]);
      expect(world.topics()).toEqual([]);
    });
  });

  it('runs the checks again, and a person’s earlier decision stands above a clean result', async () => {
    const visibilities: string[] = [];
    const publishContent: Activities['publishContent'] = ({ visibility, decisionId }) => {
      visibilities.push(`${visibility} by ${decisionId}`);
      return Promise.resolve({ title: 'T', categories: [], creatorId: 'creator-1', wasVisible: true });
    };
    await lab.withWorkers({ publishContent }, async (world) => {
      const decision = { decisionId: 'd-1', decision: 'AGE_GATED', actor: 'reviewer:r', reason: 'adult', at: 2_000 };
      const run = await startTaken({
        ...{ done: ['upload', 'transcode', 'package'], anew: null, manifests: OLD_SET, checkedVersion: null },
        decision: { ...decision, by: 'person' } as never,
      });
      await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
      expect(visibilities).toEqual(['AGE_GATED by d-1']);
      expect([...world.calls].sort()).toEqual(['publishContent', 'runCheck duplicate', 'runCheck text']);
    });
  });
});

describe('a restore', () => {
  const restored = { live: null, visibility: 'HIDDEN' as const, manifests: OLD_SET, anew: null };

  it('publishes at once under the decision that stands', async () => {
    await lab.withWorkers({}, async (world) => {
      const run = await startTaken({ ...restored, done: ['upload', 'transcode', 'moderate', 'package'] });
      await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED', visibility: 'PUBLISHED' });
      expect(world.calls).toEqual(['publishContent']);
      expect(world.topics()).toEqual(['media.published']);
    });
  });

  it('of what a decision removed asks a person, and no check answers', async () => {
    await lab.withWorkers({}, async (world) => {
      const run = await startTaken({
        ...restored,
        done: ['upload', 'transcode', 'package'],
        decision: null,
        review: true,
      });
      await eventually('it is in review', async () => (await run.query(stateQuery)).status === 'AWAITING_REVIEW');
      await run.executeUpdate(decideUpdate, {
        args: [{ ...command, decision: 'APPROVED', decisionId: 'd-2', at: 4_000 }],
        updateId: 'x-1',
      });
      await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
      expect(world.calls).toEqual(['publishContent']);
      expect(world.decisions()).toHaveLength(1);
    });
  });
});

describe('a takedown', () => {
  it('ends a run that works, as REMOVED', async () => {
    let release = (): void => undefined;
    const packageContent: Activities['packageContent'] = () =>
      new Promise((resolve) => {
        release = () => {
          resolve({ manifests: OLD_SET, reused: false });
        };
      });
    await lab.withWorkers({ packageContent }, async (world) => {
      const run = await lab.start();
      await eventually('it packages', () => world.calls.includes('packageContent'));
      await run.signal(takedownSignal, command);
      await eventually('it says so', async () => (await run.query(stateQuery)).status === 'REMOVED');
      release();
      await expect(run.result()).resolves.toMatchObject({ status: 'REMOVED', visibility: 'REMOVED' });
    });
  });

  it('ends a run that is parked, with its transition told', async () => {
    await lab.withWorkers({ packageContent: () => Promise.reject(parked()) }, async (world) => {
      const run = await lab.start();
      await eventually('it is parked', async () => (await run.query(stateQuery)).status === 'PARKED');
      await run.signal(takedownSignal, command);
      await expect(run.result()).resolves.toMatchObject({ status: 'REMOVED', visibility: 'REMOVED', code: null });
      expect(world.milestones().at(-1)?.payload).toMatchObject({ status: 'REMOVED', visibility: 'REMOVED' });
      expect(world.last()).toMatchObject({ status: 'REMOVED', attention: false });
    });
  });

  it('that the run learns of from its announcement ends it', async () => {
    const announce = answering(({ snapshot }) => (snapshot.status === 'PARKED' ? 'REMOVED' : 'HIDDEN'));
    await lab.withWorkers({ announce: announce.activity, packageContent: () => Promise.reject(parked()) }, async () => {
      const run = await lab.start();
      await expect(run.result()).resolves.toMatchObject({ status: 'REMOVED', visibility: 'REMOVED' });
    });
  });

  it('that was written beside the last announcement makes PUBLISHED into REMOVED before the run closes', async () => {
    const announce = answering(({ snapshot }) => (snapshot.status === 'PUBLISHED' ? 'REMOVED' : 'HIDDEN'));
    await lab.withWorkers({ announce: announce.activity }, async () => {
      const run = await lab.start();
      await expect(run.result()).resolves.toMatchObject({ status: 'REMOVED', visibility: 'REMOVED' });
      const told = announce.inputs
        .flatMap((one) => one.milestones)
        .filter(({ topic }) => topic.startsWith('internal.'));
      expect(told.slice(-2).map(({ payload }) => payload['status'])).toEqual(['PUBLISHED', 'REMOVED']);
    });
  });

  it('that the switch meets ends the run, and nothing is told as published', async () => {
    const gone = (): Promise<never> => Promise.reject(parked('CONTENT_REMOVED'));
    await lab.withWorkers({ publishContent: gone }, async (world) => {
      const run = await lab.start();
      await expect(run.result()).resolves.toMatchObject({ status: 'REMOVED', visibility: 'REMOVED' });
      expect(world.topics()).toEqual(['media.transcoded', 'media.drm.packaged']);
    });
  });
});

const parked = (code = 'PACKAGE_FAILED'): ApplicationFailure =>
  ApplicationFailure.nonRetryable('it does not work', code);

/** An announcement that answers with what the row says. */
function answering(visibilityOf: (input: AnnounceInput) => 'HIDDEN' | 'REMOVED') {
  const inputs: AnnounceInput[] = [];
  const activity: Activities['announce'] = (input) => {
    inputs.push(input);
    return Promise.resolve({ refused: [], visibility: visibilityOf(input) });
  };
  return { inputs, activity };
}
