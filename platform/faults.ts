import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReelwayError } from '../contracts/model/errors';
import type { Config } from '../contracts/schema/config';
import type { Logger } from './log';

interface Armed {
  point: string;
  dir: string | null;
  log: Logger;
}

let armed: Armed | null = null;

/**
 * Called once when a process starts. Does nothing unless the configuration names a fault point; in production it
 * refuses to start then (FAULTS_IN_PRODUCTION).
 */
export function armFaults(config: Pick<Config, 'fault' | 'production'>, log: Logger): void {
  const { point, dir } = config.fault;
  if (!point) return;
  if (config.production) throw new ReelwayError('FAULTS_IN_PRODUCTION', `REELWAY_FAULT names ${point}.`);
  log.warn({ point }, 'a fault point is armed: this process will block there until it is killed');
  armed = { point, dir: dir ?? null, log };
}

/**
 * A place where a test kills us. Returns at once unless exactly this name is armed; then it logs, leaves the file
 * `<dir>/<name>.<pid>` for the test, and never returns.
 */
export async function reached(point: string): Promise<void> {
  if (armed?.point !== point) return;
  armed.log.warn({ point }, 'fault point reached; waiting to be killed');
  if (armed.dir !== null) {
    mkdirSync(armed.dir, { recursive: true });
    writeFileSync(join(armed.dir, `${point}.${String(process.pid)}`), new Date().toISOString());
  }
  await new Promise<never>(() => {
    // A pending promise alone does not keep a process alive.
    setInterval(() => undefined, 60_000);
  });
}
