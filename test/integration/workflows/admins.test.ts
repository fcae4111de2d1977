import { ApplicationFailure } from '@temporalio/common';
import { Context } from '@temporalio/activity';
import { randomUUID } from 'node:crypto';
import type { Right } from '../../../contracts/model/rights';
import type { Activities, TranscodeResult } from '../../../contracts/model/work';
import { createWayIn } from '../../../bridge/inbound/way-in';
import { commands } from '../../../operations/admin/commands';
import { perform } from '../../../operations/admin/operation';
import { auditOf } from '../../../operations/audit';
import { cancel, hold, release, reprioritise, retry, skip } from '../../../operations/commands';
import { glance } from '../../../operations/glance';
import { stateQuery } from '../../../workflows/messages';
import { readContent } from '../../../platform/postgres/contents';
import { says } from '../../support/commands';
import { eventually } from '../../support/eventually';
import { uploadFact } from '../../support/facts';
import { createRealCrew, type RealCrew } from '../../support/real-crew';
import { nameHistory } from '../../support/record-histories';
import { createWorld, type World } from '../../support/world';

const RACES = 50;

// Real workers against real servers: a busy machine takes its time.
jest.setTimeout(300_000);

let world: World;
let crew: RealCrew;
beforeAll(async () => {
  world = await createWorld({ uses: ['postgres', 'temporal'] });
  crew = await createRealCrew(world);
}, 120_000);
afterAll(async () => {
  await crew.close();
  await world.close();
});

const by = (contentId: string, actor = 'local:anna') => ({
  ...{ contentId, actor, reason: 'because', commandId: randomUUID() },
});

const fails = (code: string) => Promise.reject(ApplicationFailure.nonRetryable('exit 1', code));

/** What somebody was answered: the code of the refusal, or "done". */
const answer = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );

const packagedAt = (tries: Map<string, number>): Activities['packageContent'] => {
  return ({ place }) => {
    const tried = (tries.get(place.contentId) ?? 0) + 1;
    tries.set(place.contentId, tried);
    if (tried === 1) return fails('PACKAGE_FAILED');
    return Promise.resolve({ manifests: { hls: 'c/m.m3u8', dash: 'c/m.mpd', cekId: 'cek-1' }, reused: false });
  };
};

/**
 * Answer of the cancel, answer of the retry, end; and how often it may have been packaged then. Cancel before retry, retry
 * before cancel, and retry, publication, cancel.
 */
const SERIAL = new Map([
  ['done BEING_UNDONE CANCELLED', [1]],
  ['done ALREADY_FINISHED CANCELLED', [1]],
  ['done done CANCELLED', [1, 2]],
  ['PAST_NO_RETURN done PUBLISHED', [2]],
  ['ALREADY_FINISHED done PUBLISHED', [2]],
]);

const outcomeOf = (answered: string | undefined): string => (answered === 'done' ? 'done' : 'refused');

test(`a cancel beside a retry, ${String(RACES)} times: each is answered, as in one serial order, and both are audited`, async () => {
  const tries = new Map<string, number>();
  await crew.withWorkers({ packageContent: packagedAt(tries) }, async () => {
    const ends: string[] = [];
    for (let race = 0; race < RACES; race++) {
      const contentId = `race-${String(race)}`;
      const run = await crew.start({ contentId, facts: [uploadFact({}, contentId)] });
      await says(run, 'PACKAGE_FAILED');
      const commands = [
        () => answer(cancel(crew.deps, by(contentId, 'local:ben'))),
        () => answer(retry(crew.deps, by(contentId))),
      ];
      // Whoever is asked first is not always the first to be heard.
      const [first, second] = race % 2 === 0 ? commands : [...commands].reverse();
      const asked = await Promise.all([first!(), second!()]);
      const [cancelled, retried] = race % 2 === 0 ? asked : [...asked].reverse();
      const { status } = await run.result();
      const end = `${String(cancelled)} ${String(retried)} ${status}`;
      ends.push(end);
      // Which of them comes about is up to the machine; what it does to the content is not.
      expect([...SERIAL.keys()]).toContain(end);
      expect(SERIAL.get(end)).toContain(tries.get(contentId));
      const audit = await auditOf(crew.deps, contentId);
      expect(audit.map(({ verb, actor, outcome, code }) => [verb, actor, outcome, code ?? 'done']).sort()).toEqual([
        ['cancel', 'local:ben', outcomeOf(cancelled), cancelled],
        ['retry', 'local:anna', outcomeOf(retried), retried],
      ]);
      expect((await glance(crew.deps, contentId)).status).toBe(status);
    }
    expect(ends).toHaveLength(RACES);
  });
});

test('two admins who answer the same failure: one retries, the other is told', async () => {
  await crew.withWorkers({ packageContent: packagedAt(new Map()) }, async () => {
    nameHistory('retry-token', 'retry-token');
    const run = await crew.start({ contentId: 'retry-token', facts: [uploadFact({}, 'retry-token')] });
    await says(run, 'PACKAGE_FAILED');
    const attempt =
      (await eventually('it is shown', async () => (await glance(crew.deps, 'retry-token')).attempt)) || '';
    const answers = await Promise.all(
      ['local:anna', 'local:ben'].map((actor) => answer(retry(crew.deps, { ...by('retry-token', actor), attempt }))),
    );
    expect(answers).toContain('done');
    expect(answers.filter((one) => one !== 'done')).toHaveLength(1);
    expect(['ATTEMPT_STALE', 'ALREADY_FINISHED']).toContain(answers.find((one) => one !== 'done'));
    await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
  });
});

const encoded = ({ rung }: Parameters<Activities['transcodeRendition']>[0]): TranscodeResult => ({
  ...{ rung, key: `k/${rung.label}`, bytes: 1, sha256: 'x', durationSeconds: 5, lang: 'en', reused: false },
});

test('hold, reprioritise, retry and skip of renditions, one after the other, and Postgres shows each', async () => {
  const id = 'verbs';
  nameHistory(id, 'verbs');
  const priorities = new Map<string, number | undefined>();
  const broken = new Set(['720p', 'a128']);
  const fakes: Partial<Activities> = {
    transcodeRendition: (input) => {
      priorities.set(input.rung.label, Context.current().info.priority?.priorityKey);
      return broken.has(input.rung.label) ? fails('TRANSCODE_FAILED') : Promise.resolve(encoded(input));
    },
  };
  await crew.withWorkers(fakes, async () => {
    const run = await crew.start({ contentId: id, facts: [uploadFact({}, id)] });
    await eventually('it stopped', async () => (await run.query(stateQuery)).status === 'PARKED');
    expect(priorities.get('720p')).toBeUndefined();
    await reprioritise(crew.deps, { ...by(id), priority: 1 });
    await hold(crew.deps, by(id));
    broken.delete('720p');
    await retry(crew.deps, { ...by(id), rendition: '720p' });
    const shown = await eventually('it is held', async () => {
      const now = await glance(crew.deps, id);
      return now.held !== null && now.status === 'WAITING' && now;
    });
    // The sound has failed still, and would stop it again.
    expect(shown).toMatchObject({ priority: 1, failureCode: 'TRANSCODE_FAILED', attention: true });
    expect(shown.held).toMatchObject({ actor: 'local:anna', reason: 'because' });
    await release(crew.deps, by(id));
    await eventually('only the sound is missing', async () => {
      const { status, renditions } = await run.query(stateQuery);
      return status === 'PARKED' && renditions.filter((one) => one.status === 'DONE').length === 2;
    });
    expect(priorities.get('720p')).toBe(1);
    await skip(crew.deps, { ...by(id), rendition: 'a128' });
    await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
    const verbs = (await auditOf(crew.deps, id)).map(({ verb }) => verb);
    expect(verbs).toEqual(['reprioritise', 'hold', 'retry', 'release', 'skip']);
    expect(await glance(crew.deps, id)).toMatchObject({ held: null, attempt: null, priority: 1 });
  });
});

test('moderation is skipped by whoever has the right, and by nobody else', async () => {
  const id = 'skip-moderation';
  nameHistory(id, id);
  const down: Activities['runCheck'] = () => fails('CHECK_FAILED');
  await crew.withWorkers({ runCheck: down }, async () => {
    const run = await crew.start({ contentId: id, facts: [uploadFact({}, id)] });
    await says(run, 'ALL_CHECKS_DOWN');
    const skipAs = (rights: Right[], stage: 'moderate' | 'package' = 'moderate') => {
      const { actor, ...given } = by(id);
      const deps = { ...crew.deps, wayIn: createWayIn(crew.deps.config) };
      return answer(Promise.resolve().then(() => perform(commands.skip, deps, { actor, rights }, { ...given, stage })));
    };
    expect(await skipAs(['admin'])).toBe('RIGHT_MISSING');
    expect(await skipAs(['admin'], 'package')).toBe('NOT_SKIPPABLE');
    expect(await skipAs(['operator', 'moderation-skip'])).toBe('done');
    await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
    expect((await auditOf(crew.deps, id)).map(({ verb }) => verb)).toEqual(['skip', 'skip']);
  });
});

test('a rendition that failed is retried beside others that are still encoded', async () => {
  const id = 'parked-beside';
  nameHistory(id, id);
  let isBroken = true;
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const transcodeRendition: Activities['transcodeRendition'] = async (input) => {
    if (input.rung.label === '720p' && isBroken) return fails('TRANSCODE_FAILED');
    if (input.rung.label === '360p') await finished;
    return encoded(input);
  };
  await crew.withWorkers({ transcodeRendition }, async () => {
    const run = await crew.start({ contentId: id, facts: [uploadFact({}, id)] });
    await says(run, 'TRANSCODE_FAILED');
    isBroken = false;
    await retry(crew.deps, { ...by(id), rendition: '720p', attempt: 'g1r1.720p.a1' });
    finish();
    await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
  });
});

test('a title that was missing goes into the record with the retry, which publishes', async () => {
  const id = 'with-title';
  nameHistory(id, id);
  const publishContent: Activities['publishContent'] = async () => {
    const found = await readContent(world.pool, id);
    if (!found?.title) return fails('METADATA_MISSING');
    return { title: found.title, categories: [], creatorId: 'creator-1', wasVisible: false };
  };
  await crew.withWorkers({ publishContent }, async () => {
    const run = await crew.start({ contentId: id, facts: [uploadFact({}, id)] });
    await says(run, 'METADATA_MISSING');
    await eventually('Postgres hears of it', async () => (await glance(crew.deps, id)).attempt === 'g1r1.publish.a1');
    const command = { ...by(id), with: { title: 'A title' } };
    const stale = retry(crew.deps, { ...by(id), attempt: 'g1r1.publish.a9', with: { title: 'Not this' } });
    expect(await answer(stale)).toBe('ATTEMPT_STALE');
    await retry(crew.deps, command);
    await expect(run.result()).resolves.toMatchObject({ status: 'PUBLISHED' });
    // The same command again: nothing more.
    await retry(crew.deps, command);
    expect(await readContent(world.pool, id)).toMatchObject({ title: 'A title', metadataVersion: 1 });
    const audit = (await auditOf(crew.deps, id)).map(({ verb, args }) => [verb, args['title']]);
    expect(audit).toEqual([
      ['retry', 'Not this'],
      ['retry', 'A title'],
      ['register', 'A title'],
    ]);
  });
});
