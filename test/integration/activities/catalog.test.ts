import type { ActivityDeps } from '../../../activities';
import type { AnnounceInput, CheckInput, CheckResult } from '../../../contracts/model/work';
import { inTransaction } from '../../../platform/postgres/pool';
import { describeSource, registerSource } from '../../../platform/postgres/sources';
import { addContent, readRow } from './rows';
import { AttemptRun, createSetting, failing, placeOf, type Setting } from './setting';

let setting: Setting;
beforeAll(async () => (setting = await createSetting()));
afterAll(() => setting.world.close());

const check = (changes: Partial<CheckInput> & { place: CheckInput['place'] }): Promise<CheckResult> => {
  const attempt = new AttemptRun(setting.deps);
  return attempt.run(attempt.activities.runCheck, { check: 'text', sourceSha256: null, creatorId: 'anna', ...changes });
};

const withText = async (contentId: string, text: Parameters<typeof addContent>[2]): Promise<CheckInput['place']> =>
  placeOf(await addContent(setting.world.pool, contentId, text));

const whole = { flagged_timestamp_start: null, flagged_timestamp_end: null };

describe('the text check', () => {
  test.each([
    ['the title', { title: 'You bitch' }, 0.9],
    ['the description', { description: 'A film by a kike' }, 0.97],
    ['a tag', { tags: ['nature', 'whore'] }, 0.9],
  ])('reads %s', async (what, text, confidence_score) => {
    const place = await withText(`text-${what.replace(' ', '-')}`, text);
    const flags = [{ check_type: 'hate_speech', confidence_score, ...whole }];
    expect(await check({ place })).toEqual({ check: 'text', flags, metadataVersion: 1 });
  });

  test('finds nothing in plain text, or where there is none', async () => {
    const plain = await withText('plain', {
      title: 'Big Buck Bunny',
      description: 'A large rabbit',
      tags: ['animals'],
    });
    expect(await check({ place: plain })).toEqual({ check: 'text', flags: [], metadataVersion: 1 });
    expect(await check({ place: await withText('untitled', { title: null, metadataVersion: 0 }) })).toEqual({
      check: 'text',
      flags: [],
      metadataVersion: 0,
    });
  });
});

describe('the duplicate check', () => {
  const source = (contentId: string, creatorId: string, sha256: string): Promise<void> =>
    inTransaction(setting.world.pool, async (client) => {
      const id = { contentId, generation: 1, revision: 1 };
      await registerSource(client, { ...id, rawKey: `raw/${contentId}`, creatorId, residency: 'GLOBAL' });
      await describeSource(client, id, { sha256, bytes: 1, probe: {}, ladder: [] });
    });

  test('flags a copy of another creator’s upload, and neither the original nor a creator’s own copy', async () => {
    await source('original', 'anna', 'sha');
    await source('own', 'anna', 'sha');
    await source('copy', 'eve', 'sha');
    const run = (contentId: string, creatorId: string): Promise<CheckResult> =>
      check({ place: placeOf(contentId), check: 'duplicate', sourceSha256: 'sha', creatorId });
    expect((await run('copy', 'eve')).flags).toEqual([{ check_type: 'copyright', confidence_score: 1, ...whole }]);
    expect((await run('original', 'anna')).flags).toEqual([]);
    expect((await run('own', 'anna')).flags).toEqual([]);
  });

  test('does not call clean what was never read', async () => {
    const run = check({ place: placeOf('copy'), check: 'duplicate', sourceSha256: null });
    await expect(run).rejects.toMatchObject(failing('CHECK_FAILED', true));
  });
});

test('a check that does not exist fails for good, and the message says which there are', async () => {
  await expect(check({ place: placeOf('plain'), check: 'audio' })).rejects.toMatchObject({
    ...failing('CHECK_FAILED', true),
    message: expect.stringContaining('text, duplicate') as string,
  });
});

describe('from a verdict to visible and back', () => {
  test('flag, decision, publish, withdraw, each repeated', async () => {
    const place = await withText('line', {});
    const { activities, ...attempt } = new AttemptRun(setting.deps);
    const run = AttemptRun.prototype.run.bind(attempt);
    const flagged = { key: 'own', flags: [], priority: 'STANDARD' as const, at: 10 };
    const decision = { decisionId: 'd1', decision: 'APPROVED' as const, actor: 'local:anna', reason: 'fine', at: 20 };
    const publish = {
      place,
      decisionId: 'd1',
      visibility: 'PUBLISHED' as const,
      checkedVersion: null,
      manifests: { hls: 'h', dash: 'd', cekId: 'k' },
    };
    const twice = async <T>(work: () => Promise<T>): Promise<T[]> => [await work(), await work()];

    const raise = await twice(() => run(activities.recordVerdict, { place, flagged, decision: null }));
    expect(raise).toEqual([{ openFlags: 1 }, { openFlags: 1 }]);
    await expect(run(activities.publishContent, publish)).rejects.toMatchObject(failing('PUBLISH_REFUSED', true));
    const decide = await twice(() => run(activities.recordVerdict, { place, flagged: null, decision }));
    expect(decide).toEqual([{ openFlags: 0 }, { openFlags: 0 }]);
    const published = await twice(() => run(activities.publishContent, publish));
    expect(published.map(({ wasVisible }) => wasVisible)).toEqual([false, false]);
    expect(await readRow(setting.world.pool, 'line')).toMatchObject({ visibility: 'PUBLISHED' });
    await twice(() => run(activities.withdrawContent, { place }));
    expect(await readRow(setting.world.pool, 'line')).toMatchObject({ visibility: 'HIDDEN' });
  });

  test('a verdict of nothing is refused', async () => {
    const attempt = new AttemptRun(setting.deps);
    const nothing = { place: placeOf('line'), flagged: null, decision: null };
    await expect(attempt.run(attempt.activities.recordVerdict, nothing)).rejects.toMatchObject(
      failing('INTERNAL', true),
    );
  });
});

test('announcing passes on what the outbound port answers, and its trouble by code', async () => {
  const input = { milestones: [], notices: [], outcomes: [], closing: false } as unknown as AnnounceInput;
  const withOutbound = (announce: ActivityDeps['outbound']['announce']): AttemptRun =>
    new AttemptRun({ ...setting.deps, outbound: { announce } });
  const answer = { refused: [] };
  const good = withOutbound(() => Promise.resolve(answer));
  expect(await good.run(good.activities.announce, input)).toBe(answer);
  expect(good.heartbeats).toEqual([{ percent: 0, label: 'announce' }]);
  const away = Object.assign(new TypeError('no broker'), { name: 'KafkaJSConnectionError' });
  const bad = withOutbound(() => Promise.reject(away));
  await expect(bad.run(bad.activities.announce, input)).rejects.toMatchObject(failing('SERVICE_UNREACHABLE', false));
});
