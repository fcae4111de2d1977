import { writeAudit, type AuditEntry } from '../../../platform/postgres/audit';
import { readAudit, writeOutcome, type AuditOutcome } from '../../../platform/postgres/audit-outcomes';
import { createWorld, type World } from '../../support/world';

jest.setTimeout(60_000);

let world: World;
beforeAll(async () => {
  world = await createWorld({ uses: ['postgres'] });
});
afterAll(() => world.close());

const entry: AuditEntry = {
  commandId: 'k-1',
  contentId: 'c-1',
  actor: 'local:anna',
  verb: 'decide',
  reason: 'seen',
  args: { decision: 'APPROVED', note: null },
};

test('the same command again gives back the row that stands, with its time', async () => {
  const first = await writeAudit(world.pool, entry);
  const again = await writeAudit(world.pool, { ...entry, args: { note: null, decision: 'APPROVED' } });
  expect(again).toEqual(first);
  expect(await readAudit(world.pool, 'c-1')).toHaveLength(1);
});

test.each([[{ verb: 'cancel' }], [{ contentId: 'c-2' }], [{ args: { decision: 'REMOVED', note: null } }]])(
  'the same command id with another command is refused: %j',
  async (patch) => {
    await writeAudit(world.pool, entry);
    await expect(writeAudit(world.pool, { ...entry, ...patch })).rejects.toMatchObject({ code: 'COMMAND_ID_REUSED' });
  },
);

test('a row can be neither changed nor removed', async () => {
  await writeAudit(world.pool, entry);
  await expect(world.pool.query(`UPDATE audit SET reason = 'x'`)).rejects.toThrow(/append-only/);
  await expect(world.pool.query('DELETE FROM audit')).rejects.toThrow(/append-only/);
});

describe('what a command came to', () => {
  const outcomeAfter = async (...written: AuditOutcome[]) => {
    const contentId = `c-${crypto.randomUUID()}`;
    const { auditId } = await writeAudit(world.pool, { ...entry, contentId, commandId: `of-${contentId}` });
    for (const one of written) await writeOutcome(world.pool, auditId, one);
    const [row] = await readAudit(world.pool, contentId);
    const { rows } = await world.pool.query('SELECT 1 FROM audit_outcomes WHERE audit_id = $1', [auditId]);
    return { outcome: row?.outcome, code: row?.code, rows: rows.length };
  };
  const done: AuditOutcome = { outcome: 'done', code: null };
  const refused: AuditOutcome = { outcome: 'refused', code: 'RUN_MISSING' };
  const unknown: AuditOutcome = { outcome: 'unknown', code: 'OUTCOME_UNKNOWN' };

  it('stands beside its row; nobody knows it before', async () => {
    expect(await outcomeAfter()).toEqual({ outcome: null, code: null, rows: 0 });
    expect(await outcomeAfter(refused)).toEqual({ ...refused, rows: 1 });
  });

  it('is the last answer, whatever stayed unknown', async () => {
    expect(await outcomeAfter(unknown, done)).toEqual({ ...done, rows: 2 });
    expect(await outcomeAfter(done, unknown)).toEqual({ ...done, rows: 2 });
    expect(await outcomeAfter(refused, done)).toEqual({ ...done, rows: 2 });
    expect(await outcomeAfter(done, done)).toEqual({ ...done, rows: 1 });
  });

  it('can be neither changed nor removed', async () => {
    await outcomeAfter(done);
    await expect(world.pool.query(`UPDATE audit_outcomes SET code = 'x'`)).rejects.toThrow(/append-only/);
    await expect(world.pool.query('DELETE FROM audit_outcomes')).rejects.toThrow(/append-only/);
  });
});
