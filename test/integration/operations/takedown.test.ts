import { startFlusher } from '../../../bridge/outbound/flusher';
import type { CommandInput } from '../../../operations/commands';
import { restore } from '../../../operations/generations/restore';
import { takedown } from '../../../operations/generations/takedown';
import { ReelwayError } from '../../../contracts/model/errors';
import type { OperationsDeps } from '../../../operations/deps';
import { publish } from '../../../platform/postgres/publication';
import { inTransaction } from '../../../platform/postgres/pool';
import { recordDecision } from '../../../platform/postgres/verdicts';
import { createWorld, type World } from '../../support/world';
import { addContent, readRow } from '../activities/rows';

// A busy machine with two cores.
jest.setTimeout(90_000);

let world: World;
beforeAll(async () => {
  world = await createWorld({ partitions: 1, env: { REELWAY_UNPUBLISHED_TOPIC: 'on' } });
}, 60_000);
afterAll(() => world.close());

const away = (): Promise<never> => Promise.reject(new ReelwayError('SERVICE_UNREACHABLE', 'Temporal is away.'));
const deps = (temporal: OperationsDeps['temporal'] = away) => ({ ...world, temporal });

let number = 0;
const newId = (): string => `t${String((number += 1))}`;
const input = (contentId: string, commandId: string, actor = 'local:anna'): CommandInput => ({
  ...{ contentId, commandId, actor, reason: 'court order' },
});

/** Visible, as a run leaves it. */
async function publishedContent(): Promise<string> {
  const id = await approved();
  await publish(world.pool, publication(id));
  await world.pool.query(
    `UPDATE contents SET phase = 'terminal', status = 'PUBLISHED', stage = 'publish' WHERE content_id = $1`,
    [id],
  );
  return id;
}

async function approved(): Promise<string> {
  const id = await addContent(world.pool, newId());
  const decision = { decisionId: `${id}:d`, decision: 'APPROVED' as const, actor: 'auto', reason: 'fine', at: 10 };
  await inTransaction(world.pool, (db) =>
    recordDecision(db, { ...decision, contentId: id, generation: 1, revision: 1 }),
  );
  return id;
}

const publication = (contentId: string) => ({
  place: { contentId, generation: 1, revision: 1, residency: 'GLOBAL' as const, contentType: 'VIDEO' as const },
  ...{ decisionId: `${contentId}:d`, visibility: 'PUBLISHED' as const, checkedVersion: null },
  manifests: { hls: 'a/m.m3u8', dash: 'a/m.mpd', cekId: 'k1' },
});

/** As if its run had told so. */
async function tellAsPublished(id: string): Promise<void> {
  await world.pool.query(
    `INSERT INTO milestones (event_id, content_id, generation, topic, milestone, ordinal, sequence, topic_sequence,
       record_key, payload_hash, value, sent_at) VALUES ($1, $1, 1, 'media.published', 'published', 1, 1, 1, $1, '', '', now())`,
    [id],
  );
  await world.pool.query('UPDATE contents SET sequence = 1 WHERE content_id = $1', [id]);
}

const auditOf = async (id: string): Promise<string[]> =>
  (
    await world.pool.query<{ line: string }>(
      `SELECT actor || ' ' || verb AS line FROM audit WHERE content_id = $1 ORDER BY audit_id`,
      [id],
    )
  ).rows.map(({ line }) => line);

const milestonesOf = async (id: string) =>
  (
    await world.pool.query<{ topic: string; sequence: string }>(
      'SELECT topic, sequence FROM milestones WHERE content_id = $1 ORDER BY sequence',
      [id],
    )
  ).rows;

const codeOf = (result: PromiseSettledResult<unknown>): string =>
  result.status === 'fulfilled' ? 'done' : (result.reason as ReelwayError).code;

describe('while Temporal is away', () => {
  it('finished content is hidden at once, and ends as REMOVED', async () => {
    const id = await publishedContent();
    expect(await takedown(deps(), input(id, `${id}:1`))).toMatchObject({
      ...{ status: 'REMOVED', visibility: 'REMOVED', run: 'none' },
    });
    expect(await readRow(world.pool, id)).toMatchObject({
      visibility: 'REMOVED',
      removed_at: expect.any(Date) as Date,
    });
  });

  it('an open run is not heard of and cannot publish any more', async () => {
    const id = await approved();
    expect(await takedown(deps(), input(id, `${id}:1`))).toMatchObject({ visibility: 'REMOVED', run: 'later' });
    await expect(publish(world.pool, publication(id))).rejects.toMatchObject({
      code: 'CONTENT_REMOVED',
      retryable: false,
    });
    expect(await readRow(world.pool, id)).toMatchObject({ visibility: 'REMOVED' });
  });

  it('others are told within seconds, and the same command tells nothing more', async () => {
    const id = await publishedContent();
    await tellAsPublished(id);
    const flusher = await startFlusher({ ...world, isOpen: away });
    try {
      await takedown(deps(), input(id, `${id}:1`));
      await takedown(deps(), input(id, `${id}:1`));
      const records = await world.topics.readUntil(
        'media.unpublished',
        (all) => all.some(({ key }) => key === id),
        10_000,
      );
      const ours = records.filter(({ key }) => key === id);
      expect(ours.map(({ json }) => json.payload)).toEqual([
        { content_id: id, creator_id: 'anna', reason: 'court order' },
      ]);
      expect(ours[0]?.headers['sequence']).toBe('3');
      const transitions = (await world.topics.read('internal.lifecycle.events')).filter(({ key }) => key === id);
      expect(transitions.map(({ json }) => json.payload)).toMatchObject([{ status: 'REMOVED', visibility: 'REMOVED' }]);
    } finally {
      await flusher.stop();
    }
  });

  it('what was never told as published is not told as unpublished', async () => {
    const id = await publishedContent();
    await takedown(deps(), input(id, `${id}:1`));
    expect((await milestonesOf(id)).map(({ topic }) => topic)).toEqual(['internal.lifecycle.events']);
  });
});

describe('commands that meet each other', () => {
  it('two admins at once: one takes it down, the other is told that it is, and both are audited', async () => {
    const id = await publishedContent();
    const both = await Promise.allSettled([
      takedown(deps(), input(id, `${id}:1`, 'local:anna')),
      takedown(deps(), input(id, `${id}:2`, 'local:bert')),
    ]);
    expect(both.map(codeOf).sort()).toEqual(['ALREADY_REMOVED', 'done']);
    expect((await auditOf(id)).sort()).toEqual(['local:anna takedown', 'local:bert takedown']);
    expect(await milestonesOf(id)).toHaveLength(1);
  });

  it('the same command ten times at once is one, and a refused one stays refused', async () => {
    const id = await publishedContent();
    const ten = await Promise.allSettled(Array.from({ length: 10 }, () => takedown(deps(), input(id, `${id}:1`))));
    expect(ten.map(codeOf)).toEqual(Array.from({ length: 10 }, () => 'done'));
    await expect(takedown(deps(), input(id, `${id}:2`))).rejects.toMatchObject({ code: 'ALREADY_REMOVED' });
    await world.pool.query('UPDATE contents SET removed_at = NULL WHERE content_id = $1', [id]);
    await expect(takedown(deps(), input(id, `${id}:2`))).rejects.toMatchObject({ code: 'ALREADY_REMOVED' });
    expect(await auditOf(id)).toEqual(['local:anna takedown', 'local:anna takedown']);
  });

  it('an id that was another command is refused', async () => {
    const id = await publishedContent();
    await takedown(deps(), input(id, `${id}:1`));
    const temporal = () => Promise.resolve(world.temporal);
    await expect(restore(deps(temporal), input(id, `${id}:1`))).rejects.toMatchObject({ code: 'COMMAND_ID_REUSED' });
  });

  it('fifty takedowns beside fifty publications leave nothing visible, whichever came first', async () => {
    const ids = await Promise.all(Array.from({ length: 50 }, approved));
    const outcomes = await Promise.all(
      ids.map(async (id) => {
        const [shown, taken] = await Promise.allSettled([
          publish(world.pool, publication(id)),
          takedown(deps(), input(id, `${id}:1`)),
        ]);
        return `${codeOf(shown)} ${codeOf(taken)}`;
      }),
    );
    expect(outcomes.filter((one) => one !== 'done done' && one !== 'CONTENT_REMOVED done')).toEqual([]);
    for (const id of ids) {
      expect(await readRow(world.pool, id)).toMatchObject({
        visibility: 'REMOVED',
        removed_at: expect.any(Date) as Date,
      });
      expect(await auditOf(id)).toEqual(['local:anna takedown']);
    }
  });
});

it.each([
  ['there is no such content', 'CONTENT_NOT_FOUND', null],
  ['nothing was uploaded', 'CONTENT_NOT_FOUND', `phase = 'draft', status = 'DRAFT'`],
  ['it was cancelled', 'ALREADY_FINISHED', `phase = 'terminal', status = 'CANCELLED'`],
])('a takedown is refused, and audited, where %s', async (_why, code, set) => {
  const id = set === null ? newId() : await addContent(world.pool, newId());
  if (set !== null) await world.pool.query(`UPDATE contents SET ${set} WHERE content_id = $1`, [id]);
  await expect(takedown(deps(), input(id, `${id}:1`))).rejects.toMatchObject({ code });
  expect(await auditOf(id)).toEqual(['local:anna takedown']);
});

it('a hostile reason is kept as it is, and told without what a terminal would obey', async () => {
  const id = await publishedContent();
  const reason = `"quoted" 'and'\nbroken \u001b[2J; DROP TABLE contents; --`;
  await tellAsPublished(id);
  await takedown(deps(), { ...input(id, `${id}:1`), reason });
  const kept = await world.pool.query<{ reason: string }>('SELECT reason FROM audit WHERE content_id = $1', [id]);
  expect(kept.rows).toEqual([{ reason }]);
  const told = await world.pool.query<{ value: Buffer }>(
    `SELECT value FROM milestones WHERE content_id = $1 AND topic = 'media.unpublished'`,
    [id],
  );
  const { payload } = JSON.parse(told.rows[0]?.value.toString('utf8') ?? '{}') as { payload: { reason: string } };
  expect(payload.reason).toBe(reason.replace('\u001b', ' '));
});
