import type { Activities } from '../../contracts/model/work';
import { cancelUpdate, extendUpdate, holdUpdate, releaseUpdate, stateQuery } from '../../workflows/messages';
import { costOf, MOST_EVENTS, reaches, refused, says, send, stageOf } from '../support/commands';
import { eventually } from '../support/eventually';
import { decidedFact } from '../support/facts';
import { createGate } from '../support/gate';
import { inReview, useLab } from '../support/lab';

const HOUR_MS = 60 * 60 * 1_000;
const DAY_MS = 24 * HOUR_MS;

const lab = useLab();

/** An activity that ends when the gate opens, as it would have otherwise. */
const behind =
  <I, R>(gate: { opened: Promise<void> }, activity: (input: I) => Promise<R>) =>
  async (input: I): Promise<R> => {
    await gate.opened;
    return activity(input);
  };

const packaged: Activities['packageContent'] = () =>
  Promise.resolve({ manifests: { hls: 'c/m.m3u8', dash: 'c/m.mpd', cekId: 'cek-1' }, reused: false });

test('what runs goes on to its end, the next stage begins only after the release', async () => {
  const gate = createGate();
  await lab.withWorkers({ packageContent: behind(gate, packaged) }, async (world) => {
    const run = await lab.start();
    await eventually('it is packaged', () => world.calls.includes('packageContent'));
    await expect(send(run, holdUpdate, {})).resolves.toMatchObject({ status: 'RUNNING', code: 'HELD' });
    gate.open();
    await reaches(run, 'WAITING');
    const held = await run.query(stateQuery);
    expect(held).toMatchObject({ stage: 'publish', code: 'HELD', attention: false });
    expect(held.held).toMatchObject({ actor: 'local:anna', reason: 'because' });
    expect(world.calls).not.toContain('publishContent');
    await eventually('Postgres hears of it', () => world.last().held?.actor === 'local:anna');
    await send(run, releaseUpdate, {});
    await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
    expect(world.last()).toMatchObject({ held: null, code: null });
  });
});

test('a deadline stands still, and has the time that was left of it afterwards', async () => {
  await lab.withWorkers({}, async () => {
    const run = await inReview(lab);
    const deadline = (await stageOf(run, 'moderate'))?.deadlineAt ?? 0;
    await send(run, holdUpdate, {});
    expect((await stageOf(run, 'moderate'))?.deadlineAt).toBeNull();
    await lab.env.sleep(30 * DAY_MS);
    await expect(send(run, releaseUpdate, {})).resolves.toMatchObject({ status: 'AWAITING_REVIEW' });
    const after = (await stageOf(run, 'moderate'))?.deadlineAt ?? 0;
    expect(after).toBeGreaterThanOrEqual(deadline + 30 * DAY_MS);
    expect(await run.query(stateQuery)).toMatchObject({ code: 'REVIEW_OPEN', attention: false });
    await lab.env.sleep(after - (await lab.env.currentTimeMs()) + HOUR_MS);
    await says(run, 'REVIEW_OVERDUE');
    await run.terminate('end of test');
  });
});

test('facts are taken in while it is held, and what follows from them begins afterwards', async () => {
  await lab.withWorkers({}, async (world) => {
    const run = await inReview(lab);
    await send(run, holdUpdate, {});
    await run.signal('facts', [decidedFact('APPROVED', 6_000)]);
    await says(run, 'HELD');
    expect(await stageOf(run, 'moderate')).toMatchObject({ status: 'DONE' });
    expect(await stageOf(run, 'package')).toMatchObject({ status: 'PENDING' });
    await eventually('the decision is recorded', () => world.decisions().length === 1);
    await send(run, releaseUpdate, {});
    await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
  });
});

test('a cancel does not wait for the release', async () => {
  await lab.withWorkers({}, async (world) => {
    const run = await inReview(lab);
    await send(run, holdUpdate, {});
    await send(run, cancelUpdate, {});
    await expect(run.result()).resolves.toMatchObject({ status: 'CANCELLED' });
    expect(world.calls).toContain('removeOutputs transcode');
  });
});

test('a second hold, a release of what nobody holds and an extension in a hold are refused', async () => {
  await lab.withWorkers({}, async () => {
    const run = await inReview(lab);
    await expect(send(run, releaseUpdate, {})).rejects.toMatchObject(refused('NOT_HELD'));
    await send(run, holdUpdate, {});
    await expect(send(run, holdUpdate, {})).rejects.toMatchObject(refused('CONTENT_HELD'));
    await expect(send(run, extendUpdate, { byMs: 1 })).rejects.toMatchObject(refused('CONTENT_HELD'));
    await send(run, releaseUpdate, {});
    await expect(send(run, releaseUpdate, {})).rejects.toMatchObject(refused('NOT_HELD'));
    await run.terminate('end of test');
  });
});

test('a hold and a release cost at most 16 events each', async () => {
  await lab.withWorkers({}, async () => {
    const run = await inReview(lab);
    expect(await costOf(run, () => send(run, holdUpdate, {}))).toBeLessThanOrEqual(MOST_EVENTS);
    expect(await costOf(run, () => send(run, releaseUpdate, {}))).toBeLessThanOrEqual(MOST_EVENTS);
    await run.terminate('end of test');
  });
});
