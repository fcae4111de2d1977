import type { Activities } from '../../contracts/model/work';
import { DECISIONS, type Decision } from '../../contracts/model/status';
import { decideUpdate, stateQuery } from '../../workflows/messages';
import { costOf, MOST_EVENTS, reaches, refused, send } from '../support/commands';
import { eventually } from '../support/eventually';
import { flaggedFact } from '../support/facts';
import { inReview, useLab } from '../support/lab';

const lab = useLab();

const decides = (decision: Decision, at: number, flag?: string) => ({
  ...{ decision, at, decisionId: `d-${decision}-${String(at)}` },
  ...(flag !== undefined && { flag }),
});

const END: Record<Decision, string> = {
  APPROVED: 'PUBLISHED',
  AGE_GATED: 'PUBLISHED',
  EDIT_REQUESTED: 'AWAITING_CREATOR',
  REMOVED: 'REMOVED',
};

test.each(DECISIONS)('%s is told to whom it concerns', async (decision) => {
  await lab.withWorkers({}, async (world) => {
    const run = await inReview(lab);
    await send(run, decideUpdate, decides(decision, 9_000));
    if (decision === 'EDIT_REQUESTED') await reaches(run, END[decision]);
    else await expect(run.result()).resolves.toMatchObject({ status: END[decision] });
    await eventually('the creator hears of it', () => world.notices().length === 1);
    expect(world.notices()).toMatchObject([
      { type: 'MODERATION_DECISION', userId: 'creator-1', vars: { decision }, cause: `d-${decision}-9000` },
    ]);
    const approvals = world.milestones().filter((one) => one.topic === 'moderation.approved');
    // The topic of other services has no value for a removal: they hear of it as a transition of ours.
    if (decision === 'REMOVED') expect(approvals).toEqual([]);
    else expect(approvals).toMatchObject([{ payload: { decision, reviewer_id: 'local:anna' } }]);
    await eventually('it is a transition', () =>
      world.milestones().some(({ payload }) => payload['status'] === END[decision]),
    );
    if (decision === 'EDIT_REQUESTED') await run.terminate('end of test');
  });
});

test('a decision about an older flag, or one that a newer decision has overtaken, is refused', async () => {
  await lab.withWorkers({}, async () => {
    const run = await inReview(lab);
    await run.signal('facts', [flaggedFact(8_000)]);
    await eventually('both are open', async () => (await run.query(stateQuery)).openFlags.length === 2);
    const stale = refused('DECISION_STALE');
    await expect(send(run, decideUpdate, decides('APPROVED', 7_000))).rejects.toMatchObject(stale);
    await expect(send(run, decideUpdate, decides('APPROVED', 9_000, 'flag-5000'))).rejects.toMatchObject(stale);
    await send(run, decideUpdate, decides('EDIT_REQUESTED', 9_000, 'flag-8000'));
    await expect(send(run, decideUpdate, decides('APPROVED', 8_500))).rejects.toMatchObject(stale);
    expect(await run.query(stateQuery)).toMatchObject({ status: 'AWAITING_CREATOR', openFlags: [] });
    await run.terminate('end of test');
  });
});

test('a flag that is named is answered, also where its service has a clock that goes before ours', async () => {
  await lab.withWorkers({}, async () => {
    const run = await inReview(lab);
    await send(run, decideUpdate, decides('APPROVED', 4_000, 'flag-5000'));
    await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
  });
});

test('REMOVED needs to know of no flag', async () => {
  await lab.withWorkers({}, async () => {
    const run = await inReview(lab);
    await send(run, decideUpdate, decides('REMOVED', 1_000));
    await expect(run.result()).resolves.toMatchObject({ status: 'REMOVED', visibility: 'REMOVED' });
  });
});

test('a worker that announces and knows of no decisions has it recorded by an activity of its own', async () => {
  const alone: unknown[] = [];
  const recordVerdict: Activities['recordVerdict'] = ({ decision }) => {
    alone.push(decision?.decisionId);
    return Promise.resolve({ openFlags: 0 });
  };
  await lab.withWorkers({ announce: () => Promise.resolve({ refused: [] }), recordVerdict }, async () => {
    const run = await inReview(lab);
    await send(run, decideUpdate, decides('APPROVED', 9_000));
    await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
    expect(alone.filter((id) => id === 'd-APPROVED-9000')).toHaveLength(1);
  });
});

test('a decision costs at most 16 events, recorded and told by one activity', async () => {
  await lab.withWorkers({}, async () => {
    const run = await inReview(lab);
    const cost = await costOf(run, () => send(run, decideUpdate, decides('EDIT_REQUESTED', 9_000)));
    expect(cost).toBeLessThanOrEqual(MOST_EVENTS);
    await run.terminate('end of test');
  });
});
