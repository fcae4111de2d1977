import type { UpdateDefinition } from '@temporalio/common';
import type { Command, CommandAnswer } from '../../workflows/messages';
import { stateQuery } from '../../workflows/messages';
import type { Handle } from './crew';
import { eventually } from './eventually';

let commands = 0;

/** Sends a command as operations do: under its own id, as somebody, for a reason. */
export async function send<C extends Command>(
  run: Handle,
  update: UpdateDefinition<CommandAnswer, [C]>,
  more: Omit<C, keyof Command> & Partial<Command>,
): Promise<CommandAnswer> {
  const commandId = more.commandId ?? `command-${String(++commands)}`;
  const command = { actor: 'local:anna', reason: 'because', ...more, commandId } as unknown as C;
  return run.executeUpdate(update, { args: [command], updateId: commandId });
}

/** What a refused command is rejected with. */
export const refused = (type: string) => ({ cause: { type } });

export const says = (run: Handle, code: string | null): Promise<boolean> =>
  eventually(`the run says ${String(code)}`, async () => (await run.query(stateQuery)).code === code);

export const reaches = (run: Handle, status: string): Promise<boolean> =>
  eventually(`the run is ${status}`, async () => (await run.query(stateQuery)).status === status);

export const stageOf = async (run: Handle, name: string) =>
  (await run.query(stateQuery)).stages.find((one) => one.stage === name);

export const renditionOf = async (run: Handle, label: string) =>
  (await run.query(stateQuery)).renditions.find((one) => one.label === label);

type WithHistory = Pick<Handle, 'fetchHistory'>;

export const eventsOf = async (run: WithHistory): Promise<number> => (await run.fetchHistory()).events?.length ?? 0;

/** The server writes what follows from a command within milliseconds; this long without an event is rest. */
const REST_MS = 400;

async function atRest(run: WithHistory, moreThan: number): Promise<number> {
  let last = -1;
  let since = Date.now();
  await eventually('it rests', async () => {
    const now = await eventsOf(run);
    if (now !== last) since = Date.now();
    last = now;
    return now > moreThan && Date.now() - since > REST_MS;
  });
  return last;
}

/** How many history events a command costs, with all that follows from it until the run rests again. */
export async function costOf(run: WithHistory, act: () => Promise<unknown>): Promise<number> {
  const before = await atRest(run, 0);
  await act();
  return (await atRest(run, before)) - before;
}

/** What one command may cost, in history events. */
export const MOST_EVENTS = 16;
