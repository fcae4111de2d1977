import { mkdirSync, rmSync } from 'node:fs';
import { ReelwayError } from '../../../contracts/model/errors';
import { dataDir, stackFileOf, type DataDir } from '../places';
import { identify, isAlive } from './identity';
import { forgetDirectory, noteDirectory, notedDirectories } from './registry';
import { claimRunFile, listRunFiles, readRunFile, removeRunFile, type RunFile } from './run-file';
import { endGroup, goneWithin } from './signals';

const SUPERVISOR = 'supervisor';
/** All servers are stopped side by side, each with its own deadline; this one is over them. */
const SUPERVISOR_STOP_MS = 30_000;

/** The process that runs the stack of this directory, if it lives. */
export function runningSupervisor(dir: DataDir): RunFile | undefined {
  const file = readRunFile(dir.run, SUPERVISOR);
  return file && isAlive(file) ? file : undefined;
}

/** Makes this process the only one that runs servers in this directory, and ends what a crash left over. */
export async function openSession(dir: DataDir, stackFile: string): Promise<void> {
  for (const folder of [dir.root, dir.run, dir.logs, dir.objects, dir.temp]) mkdirSync(folder, { recursive: true });
  const mine: RunFile = { ...identify(process.pid), name: SUPERVISOR, stopSignal: 'SIGTERM' };
  while (!claimRunFile(dir.run, mine)) {
    const other = runningSupervisor(dir);
    if (other) throw alreadyRunning(other, stackFile);
    removeRunFile(dir.run, SUPERVISOR);
  }
  noteDirectory(dir.root);
  await endLeftovers(dir, stackFile);
  await Promise.all(notedDirectories().map(endAbandoned));
}

/** Somebody else's directory, whose process may have been killed. */
async function endAbandoned(root: string): Promise<void> {
  const dir = dataDir(root);
  if (runningSupervisor(dir)) return;
  await endLeftovers(dir, stackFileOf(root));
  forgetDirectory(root);
}

function alreadyRunning(other: RunFile, stackFile: string): ReelwayError {
  return new ReelwayError(
    'STACK_FAILED',
    `A stack runs already (pid ${String(other.pid)}); its addresses are in ${stackFile}.`,
    {
      hint: 'Use it as it is, see it with: npm run stack -- status, or stop it with: npm run stack -- stop',
    },
  );
}

export function closeSession(dir: DataDir): void {
  if (readRunFile(dir.run, SUPERVISOR)?.pid !== process.pid) return;
  removeRunFile(dir.run, SUPERVISOR);
  forgetDirectory(dir.root);
}

/** Ends servers whose supervisor is gone. Returns the names of those that still ran. */
async function endLeftovers(dir: DataDir, stackFile: string): Promise<string[]> {
  const files = listRunFiles(dir.run).filter((file) => file.name !== SUPERVISOR);
  const left = files.filter(isAlive);
  await Promise.all(left.map((file) => endGroup(file, file.stopSignal)));
  for (const file of files) removeRunFile(dir.run, file.name);
  rmSync(stackFile, { force: true });
  return left.map((file) => file.name);
}

/** Stops the stack of another process, or what its crash left over. Returns what was ended. */
export async function stopSession(dir: DataDir, stackFile: string): Promise<string[]> {
  const supervisor = runningSupervisor(dir);
  if (!supervisor) {
    removeRunFile(dir.run, SUPERVISOR);
    return await endLeftovers(dir, stackFile);
  }
  const names = listRunFiles(dir.run).flatMap((file) => (file.name === SUPERVISOR ? [] : file.name));
  process.kill(supervisor.pid, 'SIGTERM');
  if (!(await goneWithin(supervisor, SUPERVISOR_STOP_MS))) process.kill(supervisor.pid, 'SIGKILL');
  removeRunFile(dir.run, SUPERVISOR);
  await endLeftovers(dir, stackFile);
  return names;
}
