import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, type Identity } from './identity';

/** A clean stop of Kafka takes about a second; whoever needs longer than this is stuck. */
export const STOP_DEADLINE_MS = 10_000;
const LOOK_EVERY_MS = 20;

/** Signals the whole group. False: it is gone. */
export function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  if (pid <= 1) return false; // it never started; 0 would mean our own group
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
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
