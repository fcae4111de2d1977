import { setTimeout as delay } from 'node:timers/promises';

/** Between TERM and KILL: ffmpeg ends within one frame unless it is blocked on input, where TERM never helps. */
const TERM_GRACE_MS = 2_500;

/** A killed group is gone within milliseconds. The bound is for zombies that a container without an init never reaps. */
const GONE_WITHIN_MS = 1_000;

/** Sends a signal to every process of the group; false where there is none any more. */
function signalGroup(groupId: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-groupId, signal);
  } catch {
    return false;
  }
}

/** TERM now, KILL after the grace time. The returned function stops the clock. */
export function terminateGroup(groupId: number): () => void {
  signalGroup(groupId, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(groupId, 'SIGKILL'), TERM_GRACE_MS);
  return () => clearTimeout(timer);
}

/** Kills what is left of the group and waits until it is gone, so that files can be deleted safely afterwards. */
export async function reapGroup(groupId: number): Promise<void> {
  const deadline = Date.now() + GONE_WITHIN_MS;
  while (signalGroup(groupId, 'SIGKILL') && Date.now() < deadline) await delay(10);
}
