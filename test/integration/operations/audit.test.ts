import { readAudit, writeAudit, type AuditEntry } from '../../../platform/postgres/audit';
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
