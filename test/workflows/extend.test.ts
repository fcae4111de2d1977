import { extendUpdate, stateQuery, type ExtendCommand } from '../../workflows/messages';
import { DEFAULT_POLICY } from '../../contracts/model/policy';
import { carryOut, extend as extendVerb } from '../../workflows/state/commands';
import { newState, patchStage } from '../../workflows/state/state';
import { transcodedFact } from '../support/facts';
import { eventually } from '../support/eventually';
import { inReview, type Handle, useLab } from '../support/lab';

const HOUR_MS = 60 * 60 * 1_000;
const DAY_MS = 24 * HOUR_MS;
const SOON_MS = 1_000;

const lab = useLab();

let commands = 0;
const extend = (run: Handle, more: Partial<ExtendCommand> = {}) => {
  const commandId = more.commandId ?? `extend-${String(++commands)}`;
  const command = { actor: 'local:anna', reason: 'on leave', byMs: 2 * DAY_MS, ...more, commandId };
  return run.executeUpdate(extendUpdate, { args: [command], updateId: commandId });
};

const says = (run: Handle, code: string | null): Promise<boolean> =>
  eventually(`the run says ${String(code)}`, async () => (await run.query(stateQuery)).code === code);

const deadlineOf = async (run: Handle, stage: string): Promise<number> => {
  const { stages } = await run.query(stateQuery);
  return stages.find((one) => one.stage === stage)?.deadlineAt ?? 0;
};

test('a reviewer gets more time: the deadline moves, the rest stays, and it is told', async () => {
  await lab.withWorkers({}, async (world) => {
    const run = await inReview(lab);
    const before = await run.query(stateQuery);
    const deadline = await deadlineOf(run, 'moderate');
    await expect(extend(run)).resolves.toMatchObject({ status: 'AWAITING_REVIEW', stage: 'moderate' });
    expect(await deadlineOf(run, 'moderate')).toBe(deadline + 2 * DAY_MS);
    const after = await run.query(stateQuery);
    expect(after).toMatchObject({ since: before.since, code: 'REVIEW_OPEN', attention: false });
    expect(after.stateVersion).toBe(before.stateVersion + 1);
    await eventually('Postgres hears of it', () =>
      world.announces.some(({ snapshot }) => snapshot.stateVersion === after.stateVersion),
    );

    await lab.env.sleep(deadline - (await lab.env.currentTimeMs()) + HOUR_MS);
    expect((await run.query(stateQuery)).code).toBe('REVIEW_OPEN');
    await lab.env.sleep(2 * DAY_MS);
    await says(run, 'REVIEW_OVERDUE');
    await run.terminate('end of test');
  });
});

test('a review that is overdue is open again, and needs no admin', async () => {
  await lab.withWorkers({}, async () => {
    const run = await inReview(lab);
    await lab.env.sleep(30 * DAY_MS);
    await says(run, 'REVIEW_OVERDUE');
    expect((await run.query(stateQuery)).attention).toBe(true);
    await expect(extend(run)).resolves.toMatchObject({ status: 'AWAITING_REVIEW', attention: false });
    await says(run, 'REVIEW_OPEN');
    await lab.env.sleep(2 * DAY_MS + SOON_MS);
    await says(run, 'REVIEW_OVERDUE');
    await run.terminate('end of test');
  });
});

test('a service gets more time, and its event ends the wait as ever', async () => {
  await lab.withWorkers({}, async () => {
    const policy = { executors: { ...DEFAULT_POLICY.executors, transcode: 'service' } as const };
    const run = await lab.start({ policy });
    await eventually('it waits', async () => (await deadlineOf(run, 'transcode')) > 0);
    await extend(run, { stage: 'transcode' });
    await lab.env.sleep(DEFAULT_POLICY.deadlineMs.transcode + SOON_MS);
    expect(await run.query(stateQuery)).toMatchObject({ status: 'WAITING', code: null });
    await run.signal('facts', [transcodedFact()]);
    await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
  });
});

test('the same command twice gives the time once', async () => {
  await lab.withWorkers({}, async () => {
    const run = await inReview(lab);
    const deadline = await deadlineOf(run, 'moderate');
    await extend(run, { commandId: 'once' });
    await extend(run, { commandId: 'once' });
    expect(await deadlineOf(run, 'moderate')).toBe(deadline + 2 * DAY_MS);
    await run.terminate('end of test');
  });
});

test('a command that is repeated after continue-as-new, where the server has forgotten it, gives nothing more', () => {
  const command = { commandId: 'again', actor: 'local:anna', reason: 'on leave', byMs: DAY_MS };
  const waiting = patchStage(newState({ contentId: 'c', generation: 1, policy: DEFAULT_POLICY }), 'moderate', {
    ...{ status: 'WAITING', code: 'REVIEW_OPEN', deadlineAt: 5 },
  });
  const once = carryOut(extendVerb, waiting, command, 1);
  expect(once.stages.moderate.deadlineAt).toBe(5 + DAY_MS);
  expect(carryOut(extendVerb, once, command, 2)).toBe(once);
});

test('where nothing waits with a deadline it is refused', async () => {
  await lab.withWorkers({}, async () => {
    const run = await inReview(lab);
    const refused = (type: string) => ({ cause: { type } });
    await expect(extend(run, { stage: 'package' })).rejects.toMatchObject(refused('NOT_WAITING'));
    await run.terminate('end of test');
  });
});

test('an extension costs at most 16 events', async () => {
  await lab.withWorkers({}, async () => {
    const run = await inReview(lab);
    const events = async (): Promise<number> => (await run.fetchHistory()).events?.length ?? 0;
    await eventually('it rests', async () => {
      const before = await events();
      await lab.env.sleep(SOON_MS);
      return before === (await events());
    });
    const before = await events();
    await extend(run);
    await eventually('it rests again', async () => {
      const now = await events();
      await lab.env.sleep(SOON_MS);
      return now > before && now === (await events());
    });
    expect((await events()) - before).toBeLessThanOrEqual(16);
    await run.terminate('end of test');
  });
});
