import { existsSync } from 'node:fs';

/** Bounds the kernel holds for us, where util-linux is installed (any Linux distribution); elsewhere they are not set. */
export interface Caps {
  /** Address space; a source that makes a decoder allocate without end fails instead of taking the worker with it. */
  readonly memoryBytes?: number;
  /** Largest file the tool may write. */
  readonly fileBytes?: number;
  /** CPU time over all threads. */
  readonly cpuSeconds?: number;
}

const PRLIMIT = '/usr/bin/prlimit';
const SETPRIV = '/usr/bin/setpriv';

/** Core dumps hold decoded frames and, in the packager, keys. */
const NO_CORE = '--core=0';

let available: { prlimit: boolean; setpriv: boolean } | undefined;

/**
 * The command with its caps, and with the kernel's order to kill it when this process dies: a detached ffmpeg would
 * else outlive a worker that was killed with SIGKILL. Both helpers exec the tool, so the process id stays the tool's.
 */
export function guarded(command: readonly string[], caps: Caps = {}): string[] {
  available ??= { prlimit: existsSync(PRLIMIT), setpriv: existsSync(SETPRIV) };
  return [
    ...(available.prlimit ? [PRLIMIT, NO_CORE, ...capArgs(caps), '--'] : []),
    ...(available.setpriv ? [SETPRIV, '--pdeathsig', 'KILL', '--'] : []),
    ...command,
  ];
}

function capArgs({ memoryBytes, fileBytes, cpuSeconds }: Caps): string[] {
  const cap = (name: string, value: number | undefined): string[] =>
    value === undefined ? [] : [`--${name}=${String(Math.ceil(value))}`];
  return [...cap('as', memoryBytes), ...cap('fsize', fileBytes), ...cap('cpu', cpuSeconds)];
}
