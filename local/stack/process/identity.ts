import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process and when it began: a pid alone may meanwhile belong to somebody else. */
export interface Identity {
  readonly pid: number;
  readonly started: string;
}

/** When the process began, as text to compare; undefined where it is gone (a zombie is gone). */
function startTime(pid: number): string | undefined {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

/** Places in what follows the name of the program. */
const STATE = 0;
const START_TIME = 19;

/** Field 22 counts from the boot, so the boot belongs to it. The name in field 2 may hold spaces and brackets. */
function fromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, began] = [fields[STATE], fields[START_TIME]];
    if (state === 'Z' || state === 'X' || began === undefined) return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${began}`;
  } catch {
    return undefined;
  }
}

function fromPs(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

export function identify(pid: number): Identity {
  return { pid, started: startTime(pid) ?? '' };
}

export const isAlive = ({ pid, started }: Identity): boolean => started !== '' && startTime(pid) === started;
