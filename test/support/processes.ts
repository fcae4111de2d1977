import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../platform/package-root';
import { eventually } from './eventually';
import { TestFailure } from './test-failure';

const REELWAY = join(packageRoot(), 'bin', 'reelway.js');
/** A worker loads its bundle and connects in a few seconds; two cores may be busy with ffmpeg. */
const READY_WITHIN_MS = 60_000;
const RUN_WITHIN_MS = 60_000;
/** On every process of a world and its descendants, so that one that leaks is found, also without a parent. */
export const WORLD_MARK = 'REELWAY_TEST_WORLD';

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A running `reelway …` of its own process. */
export interface ReelwayProcess {
  pid: number;
  name: string;
  logFile: string;
  /** Its health and metrics address. */
  url: string;
  /** Everything it logged so far. */
  log(): string;
  kill(signal?: NodeJS.Signals): void;
  waitForExit(withinMs?: number): Promise<Ended>;
}

export interface RunResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Starts `reelway ARGS` and resolves when it is ready; fails with the end of its log when it exits before. */
export async function spawnReelway(
  args: string[],
  env: Record<string, string>,
  logFile: string,
): Promise<ReelwayProcess> {
  const descriptor = openSync(logFile, 'a');
  const child = spawn(process.execPath, [REELWAY, ...args], { env, stdio: ['ignore', descriptor, descriptor] });
  closeSync(descriptor);
  const ended = endOf(child);
  const log = (): string => readFileSync(logFile, 'utf8');
  let exited: Ended | null = null;
  void ended.then((end) => {
    exited = end;
  });
  const url = await eventually(
    `reelway ${args.join(' ')} is ready`,
    async () => {
      if (exited) return { exited };
      const address = servedAt(log());
      return address !== null && (await fetch(`${address}/health/ready`)).ok && { address };
    },
    READY_WITHIN_MS,
  );
  if ('exited' in url) throw new TestFailure(`reelway ${args.join(' ')} ended early:\n${log().slice(-4_000)}`);
  return {
    pid: child.pid ?? 0,
    name: args.join(' '),
    logFile,
    url: url.address,
    log,
    kill: (signal = 'SIGTERM') => {
      child.kill(signal);
    },
    waitForExit: (withinMs) => eventually(`${args.join(' ')} ends`, () => exited, withinMs),
  };
}

/** A command on its way, and what it said so far. */
export interface ReelwayCommand {
  said(): { stdout: string; stderr: string };
  kill(signal: NodeJS.Signals): void;
  ended: Promise<RunResult>;
}

/** Starts `reelway ARGS`, which is to end by itself. */
export function startReelway(args: string[], env: Record<string, string>): ReelwayCommand {
  const child = spawn(process.execPath, [REELWAY, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const said = () => ({ stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') });
  const timer = setTimeout(() => child.kill('SIGKILL'), RUN_WITHIN_MS);
  const ended = endOf(child).then(({ code }) => {
    clearTimeout(timer);
    return { code, ...said() };
  });
  return { said, kill: (signal) => void child.kill(signal), ended };
}

/** Runs `reelway ARGS` to its end. */
export const runReelway = (args: string[], env: Record<string, string>): Promise<RunResult> =>
  startReelway(args, env).ended;

/**
 * Processes of a world that are alive now. The media tools get an empty environment without the mark: they are known by
 * the world's folder in their command line.
 */
export function livingProcesses(world: string): { pid: number; command: string }[] {
  const mark = `${WORLD_MARK}=${world}`;
  const isOurs = (pid: string, command: string): boolean =>
    command.includes(`/${worldFolder(world)}`) || readProc(pid, 'environ').split('\0').includes(mark);
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((entry) => ({ pid: entry, command: readProc(entry, 'cmdline').replaceAll('\0', ' ').trim() }))
    .filter(({ pid, command }) => isOurs(pid, command))
    .map(({ pid, command }) => ({ pid: Number(pid), command }));
}

/** How the folder of a world begins. */
export const worldFolder = (world: string): string => `reelway-${world}-`;

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

const endOf = (child: ChildProcess): Promise<Ended> =>
  new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code, signal });
    });
  });

/** The address in the line that every long-running process logs once. */
const servedAt = (log: string): string | null => /"healthUrl":"(http:[^"]+)"/.exec(log)?.[1] ?? null;
