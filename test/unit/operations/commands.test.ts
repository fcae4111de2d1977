import { cancel, decide, retry } from '../../../operations/commands';

/** A database that takes nothing, beside a Temporal that would take everything. */
function brokenAudit() {
  const sent: string[] = [];
  const handle = { executeUpdate: (name: string) => Promise.resolve(sent.push(name)) };
  const client = {
    connection: { withDeadline: (_deadline: number, work: () => unknown) => work() },
    workflow: { getHandle: () => handle },
  };
  const deps = {
    pool: { query: () => Promise.reject(new TypeError('disk full')) },
    temporal: () => Promise.resolve({ client }),
    config: { temporal: { address: 'temporal:7233' } },
  };
  return { sent, deps: deps as never };
}

const command = { contentId: 'c-1', actor: 'local:anna', reason: 'because', commandId: 'k-1' };

test.each([
  ['retry', (deps: never) => retry(deps, command)],
  ['cancel', (deps: never) => cancel(deps, command)],
  ['decide', (deps: never) => decide(deps, { ...command, decision: 'REMOVED' })],
])('%s does not happen where its audit row cannot be written', async (_verb, carryOut) => {
  const { sent, deps } = brokenAudit();
  await expect(carryOut(deps)).rejects.toThrow(/disk full/);
  expect(sent).toEqual([]);
});

test.each([
  [{ reason: '' }, 'REASON_MISSING'],
  [{ contentId: '../c' }, 'INPUT_INVALID'],
  [{ commandId: 'with blank' }, 'INPUT_INVALID'],
  [{ decision: 'MAYBE' }, 'INPUT_INVALID'],
])('what is not right is refused before anything is asked: %j', async (patch, code) => {
  const input = { ...command, decision: 'APPROVED', ...patch };
  await expect(decide({} as never, input as never)).rejects.toMatchObject({ code });
});
