import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ReelwayError } from '../../../contracts/model/errors';
import { ask } from '../tools/find';

export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** Postgres refuses to run as root; then it runs as one of these. Every system has the second. */
const USERS = ['postgres', 'nobody'];
/** Outlives a reboot on most systems, other than /tmp. */
const SHARED = existsSync('/var/tmp') ? '/var/tmp' : tmpdir();

/** Who the server runs as, where it cannot be we. */
export async function postgresUser(): Promise<User | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of USERS) {
    const [uid, gid] = await Promise.all([ask('id', ['-u', name]), ask('id', ['-g', name])]);
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new ReelwayError('STACK_FAILED', 'Postgres does not run as root, and there is no user postgres or nobody.', {
    hint: 'Start as a normal user, or set REELWAY_POSTGRES_URL.',
  });
}

/** A home of root is mode 0700: nothing below it can be reached by another user. */
export function canReach(user: User | undefined, path: string): boolean {
  if (!user || path === dirname(path)) return true;
  return canReach(user, dirname(path)) && (!existsSync(path) || canEnter(user, path));
}

function canEnter(user: User, path: string): boolean {
  const { mode, uid, gid } = statSync(path);
  const execute = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  return (mode & execute) !== 0;
}

/** The folder for the data: in the data directory, or in a remembered one that the user can reach. */
export function dataHome(user: User | undefined, root: string): string {
  if (canReach(user, root)) return root;
  const remembered = join(root, 'postgres-place');
  const known = existsSync(remembered) ? readFileSync(remembered, 'utf8').trim() : '';
  if (existsSync(known)) return known;
  const place = mkdtempSync(join(SHARED, 'reelway-data-'));
  chmodSync(place, 0o711);
  writeFileSync(remembered, `${place}\n`);
  return place;
}

/** The folder of the binaries: as installed, or a copy (60 MB, once) that the user can reach. */
export function binariesHome(user: User | undefined, native: string, version: string): string {
  if (canReach(user, native)) return native;
  const copy = join(SHARED, `reelway-postgres-${version}`);
  if (!existsSync(copy)) copyAside(native, copy);
  const { uid, mode } = lstatSync(copy);
  if (uid === 0 && (mode & 0o022) === 0) return copy;
  throw new ReelwayError('STACK_FAILED', `${basename(copy)} in ${SHARED} is not ours; it is not run.`, {
    hint: 'Remove it, or move the project to a folder that other users can enter.',
  });
}

function copyAside(from: string, to: string): void {
  const aside = mkdtempSync(`${to}-`);
  cpSync(from, aside, { recursive: true, verbatimSymlinks: true });
  chmodSync(aside, 0o755);
  try {
    renameSync(aside, to);
  } catch (error) {
    rmSync(aside, { recursive: true });
    if (!existsSync(to)) throw error; // else another start was quicker
  }
}
