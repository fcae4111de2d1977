import { Worker } from '@temporalio/worker';
import { CATALOG_QUEUE, LIFECYCLE_QUEUE, mediaQueueOf } from '../../contracts/model/work';
import { retryingSignal, stateQuery } from '../../workflows/messages';
import { eventually } from '../support/eventually';
import { fakeActivities } from '../support/fake-activities';
import { uploadFact } from '../support/facts';
import { createGate } from '../support/gate';
import { useLab, type Handle } from '../support/lab';

const lab = useLab();

const shows = (run: Handle, wanted: { status: string; code: string | null; attention: boolean }) =>
  eventually(`it is ${wanted.status}`, async () => {
    const { status, code, attention } = await run.query(stateQuery);
    return status === wanted.status && code === wanted.code && attention === wanted.attention;
  });

test('a stage that waited for a worker runs once one is seen at work, and calls nobody any more', async () => {
  const gate = createGate();
  const { verifyUpload: verify } = fakeActivities({}).activities;
  const { activities, calls } = fakeActivities({
    verifyUpload: async (input) => {
      await gate.opened;
      return verify(input);
    },
  });
  const shared = { connection: lab.env.nativeConnection, namespace: 'default' };
  const lifecycle = await Worker.create({ ...shared, taskQueue: LIFECYCLE_QUEUE, workflowBundle: lab.bundle });
  const catalog = await Worker.create({ ...shared, taskQueue: CATALOG_QUEUE, activities });
  const story = async (): Promise<void> => {
    const { body } = uploadFact();
    if (body.kind !== 'upload') throw new TypeError('no upload');
    const facts = [uploadFact({ body: { ...body, residency: 'NG' } })];
    const run = await lab.start({ facts, policy: { queueWaitMs: 500 } });
    await shows(run, { status: 'WAITING', code: 'NO_WORKER', attention: true });
    const media = await Worker.create({ ...shared, taskQueue: mediaQueueOf('NG'), activities });
    await media.runUntil(async () => {
      await eventually('a worker has it', () => calls.includes('verifyUpload'));
      await run.signal(retryingSignal, null);
      await shows(run, { status: 'RUNNING', code: null, attention: false });
      gate.open();
      await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED', code: null });
    });
  };
  await lifecycle.runUntil(catalog.runUntil(story));
});
