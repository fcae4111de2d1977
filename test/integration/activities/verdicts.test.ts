import fc from 'fast-check';
import type { PublishInput } from '../../../contracts/model/work';
import { DECISIONS, type Decision } from '../../../contracts/model/status';
import { inTransaction } from '../../../platform/postgres/pool';
import { publish } from '../../../platform/postgres/publication';
import { AUTO_ACTOR, raiseFlag, recordDecision, supersedeFlags } from '../../../platform/postgres/verdicts';
import { createWorld, type World } from '../../support/world';
import { addContent, readRow } from './rows';

let world: World;
beforeAll(async () => (world = await createWorld({ uses: ['postgres'] })));
afterAll(() => world.close());

let number = 0;
const newContent = async (): Promise<string> => addContent(world.pool, `c${String((number += 1))}`);

const flag = (contentId: string, key: string, at: number): Promise<number> =>
  inTransaction(world.pool, (client) =>
    raiseFlag(client, { contentId, key, flags: [], priority: 'STANDARD', source: 'service', at, hide: true }),
  );

interface Ruling {
  id: string;
  decision: Decision;
  at: number;
  actor?: string;
  revision?: number;
}
const decide = (
  contentId: string,
  { id, decision, at, actor = 'reviewer:r1', revision = 1 }: Ruling,
): Promise<number> =>
  inTransaction(world.pool, (client) =>
    recordDecision(client, {
      ...{ contentId, generation: 1, revision, decisionId: `${contentId}:${id}` },
      ...{ decision, actor, reason: 'because', at },
    }),
  );

const upload = (contentId: string, revision: number, uploadedAt: number): Promise<number> =>
  inTransaction(world.pool, (client) => supersedeFlags(client, { contentId, generation: 1, revision, uploadedAt }));

describe('open flags', () => {
  test('are counted once each, however often a flag comes', async () => {
    const id = await newContent();
    expect(await flag(id, 'f1', 10)).toBe(1);
    expect(await flag(id, 'f1', 10)).toBe(1);
    expect(await flag(id, 'f2', 20)).toBe(2);
  });

  test.each<[Decision, number, number]>([
    ['APPROVED', 9, 1],
    ['APPROVED', 10, 0],
    ['APPROVED', 11, 0],
    ['AGE_GATED', 11, 0],
    ['EDIT_REQUESTED', 11, 1],
    ['REMOVED', 11, 1],
  ])('%s at %i leaves %i of a flag at 10, in both orders', async (decision, at, open) => {
    const flagFirst = await newContent();
    await flag(flagFirst, 'f', 10);
    expect(await decide(flagFirst, { id: 'd', decision, at })).toBe(open);
    const decisionFirst = await newContent();
    await decide(decisionFirst, { id: 'd', decision, at });
    expect(await flag(decisionFirst, 'f', 10)).toBe(open);
  });

  test('are not answered by a clean result of the checks', async () => {
    const id = await newContent();
    await flag(id, 'f', 10);
    expect(await decide(id, { id: 'd', decision: 'APPROVED', at: 20, actor: AUTO_ACTOR })).toBe(1);
  });

  test('on an earlier upload no longer count, also when they come late', async () => {
    const id = await newContent();
    await flag(id, 'f1', 10);
    expect(await upload(id, 2, 15)).toBe(0);
    expect(await flag(id, 'f2', 14)).toBe(0);
    expect(await flag(id, 'f3', 15)).toBe(1);
    const cleared = await world.pool.query('SELECT cleared_by FROM flags WHERE content_id = $1 ORDER BY flag_key', [
      id,
    ]);
    const superseded = { cleared_by: 'superseded by revision 2' };
    expect(cleared.rows).toEqual([superseded, superseded, { cleared_by: null }]);
  });

  test('older than the first upload do count: topics have no order among them', async () => {
    const id = await newContent();
    await world.pool.query('UPDATE contents SET revision_at = to_timestamp(1000) WHERE content_id = $1', [id]);
    expect(await flag(id, 'f', 10)).toBe(1);
  });

  test('hide visible content', async () => {
    const id = await newContent();
    await world.pool.query(`UPDATE contents SET visibility = 'PUBLISHED' WHERE content_id = $1`, [id]);
    await flag(id, 'f', 10);
    expect(await readRow(world.pool, id)).toMatchObject({ visibility: 'HIDDEN', open_flags: 1 });
  });

  test('of an unknown content are refused', async () => {
    await expect(flag('nobody', 'f', 1)).rejects.toMatchObject({ code: 'CONTENT_NOT_FOUND' });
    await expect(decide('nobody', { id: 'd', decision: 'APPROVED', at: 1 })).rejects.toMatchObject({
      code: 'CONTENT_NOT_FOUND',
    });
  });

  test('are right after twenty flags and decisions at once', async () => {
    const id = await newContent();
    const flags = Array.from({ length: 10 }, (_, index) => flag(id, `f${String(index)}`, index));
    const decisions = Array.from({ length: 10 }, (_, index) =>
      decide(id, { id: `d${String(index)}`, decision: 'APPROVED', at: index - 5 }),
    );
    await Promise.all([...flags, ...decisions]);
    expect(await readRow(world.pool, id)).toMatchObject({ open_flags: 5, decision_id: `${id}:d9` });
  });
});

describe('the standing decision', () => {
  test('is a person’s, however much newer a clean result is', async () => {
    const id = await newContent();
    await decide(id, { id: 'person', decision: 'EDIT_REQUESTED', at: 10 });
    await decide(id, { id: 'auto', decision: 'APPROVED', at: 20, actor: AUTO_ACTOR });
    expect(await readRow(world.pool, id)).toMatchObject({ decision_id: `${id}:person` });
  });

  test('of an earlier upload gives way to the checks of the new one', async () => {
    const id = await newContent();
    await decide(id, { id: 'person', decision: 'EDIT_REQUESTED', at: 10 });
    await upload(id, 2, 15);
    expect(await readRow(world.pool, id)).toMatchObject({ decision_id: null });
    await decide(id, { id: 'auto', decision: 'APPROVED', at: 16, actor: AUTO_ACTOR, revision: 2 });
    expect(await readRow(world.pool, id)).toMatchObject({ decision_id: `${id}:auto` });
  });

  test('REMOVED removes at once, and a newer approval brings nothing back', async () => {
    const id = await newContent();
    await world.pool.query(`UPDATE contents SET visibility = 'PUBLISHED' WHERE content_id = $1`, [id]);
    await decide(id, { id: 'remove', decision: 'REMOVED', at: 10, actor: 'local:anna' });
    await decide(id, { id: 'approve', decision: 'APPROVED', at: 20 });
    const row = await readRow(world.pool, id);
    expect(row).toMatchObject({ visibility: 'REMOVED', removed_at: expect.any(Date) as Date });
  });

  test('a repeated REMOVED does not undo a restore', async () => {
    const id = await newContent();
    const remove: Ruling = { id: 'remove', decision: 'REMOVED', at: 10 };
    await decide(id, remove);
    await world.pool.query(`UPDATE contents SET visibility = 'HIDDEN', removed_at = NULL WHERE content_id = $1`, [id]);
    await decide(id, remove);
    expect(await readRow(world.pool, id)).toMatchObject({ visibility: 'HIDDEN', removed_at: null });
  });
});

type Step = { kind: 'flag'; at: number } | { kind: 'decision'; decision: Decision; at: number; auto: boolean };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('flag' as const), at: fc.integer({ min: 0, max: 9 }) }),
  fc.record({
    kind: fc.constant('decision' as const),
    decision: fc.constantFrom(...DECISIONS),
    at: fc.integer({ min: 0, max: 9 }),
    auto: fc.boolean(),
  }),
);

const apply = async (contentId: string, steps: Step[], order: number[]): Promise<void> => {
  for (const index of order) {
    const one = steps[index];
    if (one?.kind === 'flag') await flag(contentId, `f${String(index)}`, one.at);
    if (one?.kind === 'decision') {
      const { decision, at, auto } = one;
      const actor = auto ? AUTO_ACTOR : 'reviewer:r1';
      await decide(contentId, { id: `d${String(index)}`, decision, at, actor });
    }
  }
};

const publishAs = (contentId: string, decisionId: string, visibility: PublishInput['visibility']): PublishInput => ({
  place: { contentId, generation: 1, revision: 1, residency: 'GLOBAL', contentType: 'VIDEO' },
  ...{ decisionId, visibility, checkedVersion: null, manifests: { hls: 'h', dash: 'd', cekId: null } },
});

/** The rule in a few words of its own, to hold the SQL against. */
function mayPublish(steps: Step[], index: number, visibility: string): boolean {
  const decisions = steps.flatMap((one, at) => (one.kind === 'decision' ? [{ ...one, index: at }] : []));
  const persons = decisions.filter(({ auto }) => !auto);
  const standing = (persons.length > 0 ? persons : decisions).sort(
    (a, b) => b.at - a.at || (`d${String(b.index)}` > `d${String(a.index)}` ? 1 : -1),
  )[0];
  const answers = persons.filter(({ decision }) => decision === 'APPROVED' || decision === 'AGE_GATED');
  const open = steps.some((one) => one.kind === 'flag' && !answers.some(({ at }) => at >= one.at));
  const removed = decisions.some(({ decision }) => decision === 'REMOVED');
  const allows = visibility === (standing?.decision === 'APPROVED' ? 'PUBLISHED' : standing?.decision);
  return standing?.index === index && allows && visibility !== 'REMOVED' && !open && !removed;
}

test('whatever flags and decisions come, in any order and repeated: publish succeeds if and only if it may', async () => {
  const cases = fc
    .array(step, { minLength: 1, maxLength: 6 })
    .chain((steps) =>
      fc.tuple(
        fc.constant(steps),
        fc.shuffledSubarray([...steps.keys(), ...steps.keys()], { minLength: steps.length * 2 }),
        fc.constantFrom('PUBLISHED' as const, 'AGE_GATED' as const),
      ),
    );
  await fc.assert(
    fc.asyncProperty(cases, async ([steps, shuffled, visibility]) => {
      const [plain, mixed] = [await newContent(), await newContent()];
      await apply(plain, steps, [...steps.keys()]);
      await apply(mixed, steps, shuffled);
      const ends = await Promise.all([plain, mixed].map((id) => readRow(world.pool, id)));
      const end = ends.map((row) => ({
        open: row.open_flags,
        decision: row.decision_id?.replace(/^.*:/, '') ?? null,
        visibility: row.visibility,
      }));
      expect(end[0]).toEqual(end[1]);
      for (const index of steps.keys()) {
        const input = publishAs(mixed, `${mixed}:d${String(index)}`, visibility);
        const published = await publish(world.pool, input).then(
          () => true,
          () => false,
        );
        expect({ index, published }).toEqual({ index, published: mayPublish(steps, index, visibility) });
      }
    }),
    { numRuns: 120 },
  );
}, 120_000);
