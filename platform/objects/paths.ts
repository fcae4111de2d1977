import { lstat, mkdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { keyProblem } from '../../contracts/model/object-key';
import { ReelwayError } from '../../contracts/model/errors';

/** Names of files that are still being written. A key with such a segment is refused, so none can be mistaken. */
export const PARTIAL = '.reelway-part-';

/** What ext4, xfs, btrfs and zfs take as the name of one file. */
const MAX_NAME_BYTES = 255;

/** The place of a key below the root, as text: nothing is looked at yet. Throws RAW_KEY_UNSAFE. */
export function pathOf(root: string, key: string): string {
  const problem = keyProblem(key) ?? filesystemProblem(key);
  if (problem !== null) throw unsafe(key, problem);
  return join(root, key);
}

function filesystemProblem(key: string): string | null {
  for (const segment of key.split('/')) {
    if (Buffer.byteLength(segment) > MAX_NAME_BYTES) return `a segment is longer than ${String(MAX_NAME_BYTES)} bytes`;
    if (segment.startsWith(PARTIAL)) return `"${PARTIAL}" is for files that are still being written`;
  }
  return null;
}

/**
 * Refuses a path that is not what it says: any symbolic link below the root, also one that stays inside, for it could
 * lead from one residency into another. False where there is nothing.
 */
export async function isPlain(path: string, key: string): Promise<boolean> {
  const real = await realpath(path).catch((error: unknown) => {
    if (isAbsent(error)) return null;
    throw hasCode(error, 'ELOOP') ? unsafe(key, 'it leads through a symbolic link') : error;
  });
  if (real === null) {
    // A link to nowhere has no real path, and whoever writes through it makes its target.
    if (await isLink(path)) throw unsafe(key, 'it is a symbolic link');
    return false;
  }
  if (real !== path) throw unsafe(key, 'it leads through a symbolic link');
  return true;
}

/** Makes the folder of a path, one level at a time, so that none is made behind a link. */
export async function makeFolder(root: string, folder: string, key: string): Promise<void> {
  if (folder === root || (await isPlain(folder, key))) return;
  await makeFolder(root, dirname(folder), key);
  await mkdir(folder).catch((error: unknown) => {
    if (!hasCode(error, 'EEXIST')) throw error;
  });
  await isPlain(folder, key);
}

const isLink = async (path: string): Promise<boolean> =>
  (await lstat(path).catch(() => null))?.isSymbolicLink() ?? false;

export const unsafe = (key: string, why: string): ReelwayError =>
  new ReelwayError('RAW_KEY_UNSAFE', `The object key ${JSON.stringify(key.slice(0, 200))} is refused: ${why}.`);

/** Nothing there, or a file where a folder would have to be. */
export const isAbsent = (error: unknown): boolean => hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR');

export const hasCode = (error: unknown, code: string): boolean => (error as { code?: unknown }).code === code;
