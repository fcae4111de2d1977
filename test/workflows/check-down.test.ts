import { ApplicationFailure } from '@temporalio/common';
import { DEFAULT_POLICY } from '../../contracts/model/policy';
import type { Activities } from '../../contracts/model/work';
import { decideUpdate, retryUpdate, stateQuery } from '../../workflows/messages';
import { eventually } from '../support/eventually';
import { useLab } from '../support/lab';

const lab = useLab();

test('a check that is down asks for a person at once, whose decision publishes', async () => {
  const runCheck: Activities['runCheck'] = ({ check }) =>
    check === 'text'
      ? Promise.reject(ApplicationFailure.nonRetryable('broken', 'CHECK_FAILED'))
      : Promise.resolve({ check, flags: [], metadataVersion: 1 });
  await lab.withWorkers({ runCheck }, async () => {
    const run = await lab.start();
    await eventually('it waits for review', async () => (await run.query(stateQuery)).status === 'AWAITING_REVIEW');
    expect(await run.query(stateQuery)).toMatchObject({ stage: 'moderate', code: 'CHECK_FAILED', decision: null });
    await run.executeUpdate(decideUpdate, {
      args: [
        {
          ...{ commandId: 'cmd-1', actor: 'local:anna', reason: 'test' },
          ...{ decision: 'APPROVED', decisionId: 'd-down', at: 9_000 },
        },
      ],
    });
    await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
  });
});

test('with every check down the content is parked, and a retry once they are back publishes', async () => {
  let isDown = true;
  const runCheck: Activities['runCheck'] = ({ check }) =>
    isDown
      ? Promise.reject(ApplicationFailure.nonRetryable('away', 'CHECK_FAILED'))
      : Promise.resolve({ check, flags: [], metadataVersion: 1 });
  await lab.withWorkers({ runCheck }, async () => {
    const run = await lab.start();
    await eventually('it is parked', async () => (await run.query(stateQuery)).status === 'PARKED');
    expect(await run.query(stateQuery)).toMatchObject({ stage: 'moderate', code: 'ALL_CHECKS_DOWN', attention: true });
    isDown = false;
    await run.executeUpdate(retryUpdate, { args: [{ commandId: 'cmd-2', actor: 'local:anna', reason: 'back' }] });
    await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
  });
});

test('a check is not tried beyond the deadline of its stage', async () => {
  const tried: string[] = [];
  const runCheck: Activities['runCheck'] = ({ check }) => {
    tried.push(check);
    return Promise.reject(ApplicationFailure.retryable('busy', 'CHECK_FAILED'));
  };
  await lab.withWorkers({ runCheck }, async () => {
    // A second try would begin after a second.
    const deadlineMs = { ...DEFAULT_POLICY.deadlineMs, moderate: 500 };
    const run = await lab.start({ policy: { deadlineMs, checks: ['text'] } });
    await eventually('it is parked', async () => (await run.query(stateQuery)).status === 'PARKED');
    expect(await run.query(stateQuery)).toMatchObject({ stage: 'moderate', code: 'ALL_CHECKS_DOWN' });
    expect(tried).toEqual(['text']);
    await run.terminate('end of test');
  });
});
