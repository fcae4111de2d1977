import { ApplicationFailure } from '@temporalio/common';
import type { Activities } from '../../contracts/model/work';
import { type Lab, useLab } from '../support/lab';

const lab = useLab();

/** Fails so many times as while Postgres is away; the waits between grow to 20 s. */
const awayFor = (failures: number): Pick<Activities, 'publishContent'> => {
  let tried = 0;
  return {
    publishContent: () =>
      ++tried <= failures
        ? Promise.reject(ApplicationFailure.retryable('Postgres is away', 'SERVICE_UNREACHABLE'))
        : Promise.resolve({ title: 'A title', categories: ['news'], creatorId: 'creator-1', wasVisible: false }),
  };
};

test('publication that succeeds within a moment is not shown as a stage of its own before the end', async () => {
  await lab.withWorkers(awayFor(1), async () => {
    const run = await lab.start();
    await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
    expect(await publishUpserts(run)).toBe(1);
  });
});

test('publication that takes longer shows itself, goes on trying, and publishes', async () => {
  await lab.withWorkers(awayFor(12), async () => {
    const run = await lab.start();
    await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
    expect(await publishUpserts(run)).toBe(2);
  });
});

/** Changes of attributes from the begin of publication on: the stage itself, where it is shown, and the end. */
async function publishUpserts(run: Awaited<ReturnType<Lab['start']>>): Promise<number> {
  const { events } = await run.fetchHistory();
  const all = events ?? [];
  const began = all.findIndex(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'publishContent',
  );
  return all.slice(began).filter((event) => event.upsertWorkflowSearchAttributesEventAttributes).length;
}
