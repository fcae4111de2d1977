import { readFileSync } from 'node:fs';
import { DATA, dataDir, stackFileOf } from './places';
import { runningSupervisor } from './process/session';
import { writeAtomically } from './process/run-file';
import type { StackInfo } from './types';

/** The order and names that other programs rely on. */
export function stackFileContent(stack: StackInfo): StackInfo {
  const { temporal, kafka, postgres, redis, objects, metrics, processes, media, clips, keys, temp } = stack;
  return { temporal, kafka, postgres, redis, objects, metrics, processes, media, clips, keys, temp };
}

export const writeStackFile = (path: string, stack: StackInfo): void =>
  writeAtomically(path, `${JSON.stringify(stackFileContent(stack), null, 2)}\n`);

export function readStackFile(path: string = stackFileOf(DATA)): StackInfo | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as StackInfo;
  } catch {
    return undefined;
  }
}

/** The stack that another process runs now, if one does. A file that a crash left behind does not count. */
export const runningStack = (dir: string = DATA): StackInfo | undefined =>
  runningSupervisor(dataDir(dir)) && readStackFile(stackFileOf(dir));
