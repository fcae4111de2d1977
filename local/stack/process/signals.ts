import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, type Identity } from './identity';

/** A clean stop of Kafka takes about a second; whoever needs longer than this is stuck. */
export const STOP_DEADLINE_MS = 10_000;
const LOOK_EVERY_MS = 20;

/** Nobody can pass these on to children: they never reach the program. */
const NOT_HEARD: ReadonlySet<NodeJS.Signals> = new Set(['SIGKILL', 'SIGSTOP', 'SIGCONT']);

/** Signals the whole group; one that is gone hears nothing. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  if (pid <= 1) return; // it never started; 0 would mean our own group
  // Each backend of Postgres leads a group of its own. A busy one would outlive its killed parent and block the restart;
  // one whose parent is stopped would go on answering.
  const children = NOT_HEARD.has(signal) ? childrenOf(pid) : [];
  for (const target of [-pid, ...children]) send(target, signal);
}

function send(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch {
    // it has ended meanwhile
  }
}

function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8');
    return text
      .split(' ')
      .map(Number)
      .filter((child) => child > 1);
  } catch {
    return [];
  }
}

/** Asks, waits, then kills. A stopped process (SIGSTOP) is woken, else it would not hear. */
export async function endGroup(who: Identity, signal: NodeJS.Signals, deadlineMs = STOP_DEADLINE_MS): Promise<void> {
  if (!isAlive(who)) return;
  signalGroup(who.pid, signal);
  signalGroup(who.pid, 'SIGCONT');
  if (await goneWithin(who, deadlineMs)) return;
  signalGroup(who.pid, 'SIGKILL');
  await goneWithin(who, deadlineMs);
}

export async function goneWithin(who: Identity, ms: number): Promise<boolean> {
  const deadline = performance.now() + ms;
  while (isAlive(who)) {
    if (performance.now() > deadline) return false;
    await delay(LOOK_EVERY_MS);
  }
  return true;
}
