import type { PublishInput } from '../../../contracts/model/work';
import { inTransaction } from '../../../platform/postgres/pool';
import { publish, withdraw } from '../../../platform/postgres/publication';
import { raiseFlag, recordDecision } from '../../../platform/postgres/verdicts';
import { createWorld, type World } from '../../support/world';
import { addContent, readRow, type ContentOptions } from './rows';

let world: World;
beforeAll(async () => (world = await createWorld({ uses: ['postgres'] })));
afterAll(() => world.close());

let number = 0;

/** A content with an approval at time 10; gives what publishes it. */
async function approved(
  options: ContentOptions = {},
  decision: 'APPROVED' | 'AGE_GATED' = 'APPROVED',
): Promise<PublishInput> {
  const contentId = await addContent(world.pool, `c${String((number += 1))}`, options);
  const decisionId = await approve(contentId, 'd1', 10, 1, decision);
  return {
    place: { contentId, generation: 1, revision: 1, residency: 'GLOBAL', contentType: 'VIDEO' },
    ...{ decisionId, visibility: decision === 'APPROVED' ? 'PUBLISHED' : 'AGE_GATED', checkedVersion: null },
    manifests: { hls: 'a/master.m3u8', dash: 'a/manifest.mpd', cekId: 'k1' },
  };
}

async function approve(
  contentId: string,
  name: string,
  at: number,
  generation = 1,
  decision: 'APPROVED' | 'AGE_GATED' = 'APPROVED',
): Promise<string> {
  const decisionId = `${contentId}:${name}`;
  const record = { decisionId, decision, actor: 'reviewer:r', reason: 'fine', at };
  await inTransaction(world.pool, (client) =>
    recordDecision(client, { ...record, contentId, generation, revision: 1 }),
  );
  return decisionId;
}

/** As the announcement of its run stores it. */
const told = ({ place: { contentId, generation } }: PublishInput): Promise<unknown> =>
  world.pool.query(
    `INSERT INTO milestones (event_id, content_id, generation, topic, milestone, ordinal, sequence, record_key, payload_hash, value)
     VALUES ($1, $2, $3::int, 'media.published', 'published', 1, $3::int, $2, '', '')`,
    [`${contentId}:${String(generation)}`, contentId, generation],
  );

const change = (contentId: string, set: string): Promise<unknown> =>
  world.pool.query(`UPDATE contents SET ${set} WHERE content_id = $1`, [contentId]);

describe('publishing', () => {
  test('is refused while the record is newer than what our checks read', async () => {
    const input = await approved();
    const stale = publish(world.pool, { ...input, checkedVersion: 0 });
    await expect(stale).rejects.toMatchObject({ code: 'METADATA_CHANGED' });
    await expect(publish(world.pool, { ...input, checkedVersion: 1 })).resolves.toMatchObject({ wasVisible: false });
  });

  test('makes approved content visible and tells what is announced', async () => {
    const input = await approved();
    const result = { title: 'A title', categories: ['film'], creatorId: 'anna', wasVisible: false };
    expect(await publish(world.pool, input)).toEqual(result);
    expect(await readRow(world.pool, input.place.contentId)).toMatchObject({
      ...{ visibility: 'PUBLISHED', hls_manifest: 'a/master.m3u8', dash_manifest: 'a/manifest.mpd', cek_id: 'k1' },
      published_at: expect.any(Date) as Date,
    });
  });

  test('age-gates what was decided so', async () => {
    const input = await approved({}, 'AGE_GATED');
    await publish(world.pool, input);
    expect(await readRow(world.pool, input.place.contentId)).toMatchObject({ visibility: 'AGE_GATED' });
  });

  test('answers a repeat as the first time, for its answer may have been lost', async () => {
    const input = await approved();
    const first = await publish(world.pool, input);
    expect(await publish(world.pool, input)).toEqual(first);
    const again = await publish(world.pool, input);
    expect(again.wasVisible).toBe(false);
  });

  test('of a new package set says that it was visible before, as often as it is asked', async () => {
    const input = await approved();
    await publish(world.pool, input);
    await told(input);
    const next = { ...input, manifests: { hls: 'b/master.m3u8', dash: 'b/manifest.mpd', cekId: 'k2' } };
    expect((await publish(world.pool, next)).wasVisible).toBe(true);
    expect((await publish(world.pool, next)).wasVisible).toBe(true);
    expect(await readRow(world.pool, input.place.contentId)).toMatchObject({
      dash_manifest: 'b/manifest.mpd',
      cek_id: 'k2',
    });
  });

  test('that nobody was told of, for its run was lost, is a new appearance, and after it was told none', async () => {
    const input = await approved();
    const { contentId } = input.place;
    await publish(world.pool, input);
    await change(contentId, 'generation = 2');
    const second = {
      ...input,
      place: { ...input.place, generation: 2 },
      manifests: { ...input.manifests, dash: 'b.mpd' },
    };
    expect((await publish(world.pool, second)).wasVisible).toBe(false);
    expect((await publish(world.pool, second)).wasVisible).toBe(false);
    await told(second);
    await change(contentId, 'generation = 3');
    const third = { ...input, place: { ...input.place, generation: 3 } };
    expect((await publish(world.pool, third)).wasVisible).toBe(true);
  });

  test('after it was hidden is a new appearance, under the first date', async () => {
    const input = await approved();
    const { contentId } = input.place;
    await publish(world.pool, input);
    const { published_at: first } = await readRow(world.pool, contentId);
    await inTransaction(world.pool, (client) =>
      raiseFlag(client, {
        contentId,
        key: 'f',
        flags: [],
        priority: 'STANDARD',
        source: 'service',
        at: 20,
        hide: true,
      }),
    );
    await change(contentId, 'generation = 2');
    const decisionId = await approve(contentId, 'd2', 30, 2);
    const again = { ...input, decisionId, place: { ...input.place, generation: 2 } };
    expect((await publish(world.pool, again)).wasVisible).toBe(false);
    expect(await readRow(world.pool, contentId)).toMatchObject({ visibility: 'PUBLISHED', published_at: first });
  });

  test.each([
    ['never registered', 'metadata_version = 0'],
    ['without a title', 'title = NULL'],
    ['with a blank title', `title = '  '`],
  ])('is not for content %s', async (_what, set) => {
    const input = await approved();
    await change(input.place.contentId, set);
    await expect(publish(world.pool, input)).rejects.toMatchObject({ code: 'METADATA_MISSING', retryable: false });
  });

  test('is refused for good because of a removal, whatever else differs', async () => {
    const input = await approved();
    await change(input.place.contentId, 'removed_at = now(), generation = 2');
    await expect(publish(world.pool, input)).rejects.toMatchObject({ code: 'CONTENT_REMOVED', retryable: false });
    expect(await readRow(world.pool, input.place.contentId)).toMatchObject({
      visibility: 'HIDDEN',
      published_at: null,
    });
  });

  test.each([
    ['another generation', 'generation = 2', 'generation 2 stands'],
    ['another decision', `decision_id = 'other'`, 'decision other stands'],
    ['an open flag', 'open_flags = 1', '1 flag(s) open'],
    ['a withdrawal', 'withdrawn_generation = 1', 'this generation was withdrawn'],
  ])('is refused because of %s, which it names', async (_what, set, reason) => {
    const input = await approved();
    await change(input.place.contentId, set);
    const message = expect.stringContaining(reason) as string;
    await expect(publish(world.pool, input)).rejects.toMatchObject({
      code: 'PUBLISH_REFUSED',
      message,
      retryable: false,
    });
    expect(await readRow(world.pool, input.place.contentId)).toMatchObject({
      visibility: 'HIDDEN',
      published_at: null,
    });
  });

  test('is refused without a recorded decision, and with one that allows something else', async () => {
    const input = await approved();
    const refused = { code: 'PUBLISH_REFUSED' };
    await expect(publish(world.pool, { ...input, visibility: 'AGE_GATED' })).rejects.toMatchObject(refused);
    await change(input.place.contentId, `decision_id = 'invented'`);
    await expect(publish(world.pool, { ...input, decisionId: 'invented' })).rejects.toMatchObject(refused);
    await expect(publish(world.pool, { ...input, decisionId: '' })).rejects.toMatchObject(refused);
  });

  test('never wins against a takedown or a flag at the same moment', async () => {
    for (let round = 0; round < 25; round += 1) {
      const input = await approved();
      const { contentId } = input.place;
      const takedown = round % 2 === 0;
      const against = takedown
        ? change(contentId, `removed_at = now(), visibility = 'REMOVED'`)
        : inTransaction(world.pool, (client) =>
            raiseFlag(client, {
              contentId,
              key: 'f',
              flags: [],
              priority: 'STANDARD',
              source: 'service',
              at: 20,
              hide: true,
            }),
          );
      await Promise.allSettled([publish(world.pool, input), against, publish(world.pool, input)]);
      expect((await readRow(world.pool, contentId)).visibility).toBe(takedown ? 'REMOVED' : 'HIDDEN');
    }
  });
});

describe('withdrawing', () => {
  test('hides what was published, may be repeated, and fences a publish that comes late', async () => {
    const input = await approved();
    await publish(world.pool, input);
    await withdraw(world.pool, input.place);
    await withdraw(world.pool, input.place);
    expect(await readRow(world.pool, input.place.contentId)).toMatchObject({ visibility: 'HIDDEN' });
    await expect(publish(world.pool, input)).rejects.toMatchObject({ code: 'PUBLISH_REFUSED' });
  });

  test('before anything was published fences as well', async () => {
    const input = await approved();
    await withdraw(world.pool, input.place);
    await expect(publish(world.pool, input)).rejects.toMatchObject({ code: 'PUBLISH_REFUSED' });
  });

  test('leaves what another generation made visible', async () => {
    const input = await approved();
    const { contentId } = input.place;
    await publish(world.pool, input);
    await change(contentId, 'generation = 2');
    await withdraw(world.pool, { contentId, generation: 1 });
    await withdraw(world.pool, { contentId, generation: 2 });
    expect(await readRow(world.pool, contentId)).toMatchObject({ visibility: 'PUBLISHED' });
  });

  test('does not bring back what was removed', async () => {
    const input = await approved();
    await change(input.place.contentId, `visibility = 'REMOVED', removed_at = now()`);
    await withdraw(world.pool, input.place);
    expect(await readRow(world.pool, input.place.contentId)).toMatchObject({ visibility: 'REMOVED' });
  });
});
