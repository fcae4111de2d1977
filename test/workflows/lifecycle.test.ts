import { decidedFact, flaggedFact, packagedFact, transcodedFact, uploadFact } from '../support/facts';
import { useLab } from '../support/lab';

const SERVICES = { executors: { transcode: 'service', moderate: 'service', package: 'service' } } as const;

const lab = useLab();

describe('a content item', () => {
  it('goes through the five stages and tells each milestone once, in order', async () => {
    await lab.withWorkers({}, async (world) => {
      const run = await lab.start();
      await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED', visibility: 'PUBLISHED', revision: 1 });
      expect(world.topics()).toEqual(['media.transcoded', 'media.drm.packaged', 'media.published']);
      expect(world.calls.filter((call) => call.startsWith('transcode'))).toHaveLength(3);
      expect(world.last()).toMatchObject({ status: 'PUBLISHED', attention: false, code: null });
      expect(world.outcomes()).toEqual([expect.objectContaining({ outcome: 'applied' })]);
    });
  });

  it.each([
    ['in order', [0, 1, 2, 3]],
    ['in reverse order', [3, 2, 1, 0]],
  ])('is published when other services execute its stages and their facts come %s', async (_name, order) => {
    await lab.withWorkers({}, async (world) => {
      const all = [uploadFact(), transcodedFact(), decidedFact('APPROVED', 4_000), packagedFact()];
      const run = await lab.start({ policy: { ...SERVICES, verify: 'trust' }, facts: order.map((i) => all[i]!) });
      await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
      expect(world.topics()).toEqual(['media.published']);
      expect(world.outcomes().map((one) => one.outcome)).toEqual(['applied', 'applied', 'applied', 'applied']);
    });
  });

  it('waits for its reviewer while a flag is open, and is age gated when the decision says so', async () => {
    await lab.withWorkers({}, async (world) => {
      const run = await lab.start({ facts: [uploadFact(), flaggedFact(5_000)] });
      await run.signal('facts', [decidedFact('APPROVED', 4_000)]);
      await run.signal('facts', [decidedFact('AGE_GATED', 6_000)]);
      await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED', visibility: 'AGE_GATED' });
      const published = world.milestones().find((one) => one.topic === 'media.published');
      expect(published?.payload).toMatchObject({ age_gated: true, title: 'A title' });
      expect(world.notices()).toEqual([expect.objectContaining({ type: 'MODERATION_DECISION', userId: 'creator-1' })]);
      expect(world.outcomes().map((one) => one.code)).toContain('OLDER_THAN_FLAG');
    });
  });
});
