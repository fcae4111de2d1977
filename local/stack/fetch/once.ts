import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { TOOLS } from '../places';
import { identify, isAlive } from '../process/identity';
import { claimRunFile, readRunFile, removeRunFile } from '../process/run-file';
import type { Step } from '../progress';

const LOCKS = join(TOOLS, '.locks');
const LOOK_EVERY_MS = 200;

export const toolDir = (name: string, version: string): string => join(TOOLS, `${name}-${version}`);

/**
 * The folder of a fetched tool: there as a whole, or made now. Two processes that start side by side fetch it once;
 * a fetch that was cut short leaves nothing that looks complete.
 */
export async function once(
  name: string,
  version: string,
  step: Step,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const target = toolDir(name, version);
  if (existsSync(target)) return target;
  await lock(name, step);
  try {
    if (!existsSync(target)) await makeAside(target, name, make);
    return target;
  } finally {
    removeRunFile(LOCKS, name);
  }
}

async function makeAside(target: string, name: string, make: (folder: string) => Promise<void>): Promise<void> {
  removeAsides(name);
  const aside = mkdtempSync(join(TOOLS, `.${name}-`));
  try {
    chmodSync(aside, 0o755); // mkdtemp makes it ours alone; Postgres and sandboxes run as others
    await make(aside);
    renameSync(aside, target);
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    throw error;
  }
}

/** What an interrupted fetch left; we hold the lock, so nobody works there. */
function removeAsides(name: string): void {
  const asides = readdirSync(TOOLS).filter((each) => each.startsWith(`.${name}-`));
  for (const each of asides) rmSync(join(TOOLS, each), { recursive: true, force: true });
}

async function lock(name: string, step: Step): Promise<void> {
  mkdirSync(LOCKS, { recursive: true });
  const mine = { ...identify(process.pid), name, stopSignal: 'SIGTERM' } as const;
  while (!claimRunFile(LOCKS, mine)) {
    const holder = readRunFile(LOCKS, name);
    if (holder && !isAlive(holder)) removeRunFile(LOCKS, name);
    step.say('waits for another process that fetches it');
    await delay(LOOK_EVERY_MS);
  }
}
