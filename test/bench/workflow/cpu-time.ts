import { readFileSync } from 'node:fs';
import type { Cpu } from './pairs';

/** USER_HZ, which Linux keeps at 100 for all that read /proc. */
const MS_PER_TICK = 10;
const US_PER_MS = 1_000;

/** CPU time so far, ms: of this process with all its threads, and of the server; 0 where that is not ours. */
export function cpuTime(serverPid: number | undefined): Cpu {
  const { user, system } = process.cpuUsage();
  return { here: (user + system) / US_PER_MS, server: serverPid === undefined ? 0 : ticksOf(serverPid) * MS_PER_TICK };
}

/** Fields 14 and 15 of /proc/PID/stat; the name before them may hold spaces. */
function ticksOf(pid: number): number {
  try {
    const text = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return 0;
  }
}
