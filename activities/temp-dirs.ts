import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { RESIDENCIES, type Residency } from '../contracts/model/status';

/** A folder of another machine on a shared disk: whether its owner lives cannot be seen, only how old it is. */
const FOREIGN_AGE_MS = 48 * 60 * 60 * 1000;

export interface AttemptName {
  residency: Residency;
  workflowId: string;
  activityId: string;
  attempt: number;
}

/**
 * Makes the folder of one attempt: `<tempDir>/<residency>/<workflow id>-<activity id>-<attempt>@<host>.<pid>.<start>.<random>`.
 * The part behind the @ says whose it is, so that it can be told from a dead worker's without asking anybody.
 */
export async function makeTempDir(tempDir: string, name: AttemptName): Promise<string> {
  const { residency, workflowId, activityId, attempt } = name;
  const work = [plain(workflowId), plain(activityId), String(attempt)].join('-');
  const path = join(tempDir, residency, `${work}@${ownName()}.${randomBytes(4).toString('hex')}`);
  await mkdir(path, { recursive: true, mode: 0o700 });
  return path;
}

/** Removes the folders of attempts whose worker process is gone. Returns the removed paths. */
export async function sweepTempDirs(
  tempDir: string,
  residencies: readonly Residency[] = RESIDENCIES,
): Promise<string[]> {
  const removed: string[] = [];
  for (const residency of residencies) {
    const folder = join(tempDir, residency);
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name);
      if (!(await isDead(path, name))) continue;
      await rm(path, { recursive: true, force: true });
      removed.push(path);
    }
  }
  return removed;
}

const OWNER = /@([A-Za-z0-9_-]+)\.(\d+)\.(\d+)\.[0-9a-f]+$/;

async function isDead(path: string, name: string): Promise<boolean> {
  const [, host, pid, start] = OWNER.exec(name) ?? [];
  if (host === undefined || pid === undefined || start === undefined) return false;
  if (host === hostPart()) return startOf(pid) !== start;
  const stats = await stat(path).catch(() => null);
  return stats !== null && Date.now() - stats.mtimeMs > FOREIGN_AGE_MS;
}

let own: string | undefined;
const ownName = (): string => (own ??= `${hostPart()}.${String(process.pid)}.${startOf(String(process.pid)) ?? '0'}`);

const hostPart = (): string =>
  hostname()
    .replace(/[^A-Za-z0-9-]/g, '_')
    .slice(0, 60);

/** Ids are for reading here; what makes the folder unique is its end. */
const plain = (id: string): string => id.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 100);

/**
 * When a process began, in ticks since boot (field 22 of /proc/PID/stat; the name before it may hold spaces); null where
 * there is none. Process ids are used again, the pair is not. Without /proc every living process counts as begun at 0.
 */
function startOf(pid: string): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return process.platform !== 'linux' && isAlive(Number(pid)) ? '0' : null;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as { code?: unknown }).code === 'EPERM';
  }
}
