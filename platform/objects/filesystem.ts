import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, realpath, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { ReelwayError } from '../../contracts/model/errors';
import { keyProblem } from '../../contracts/model/object-key';
import type { ObjectStore, TransferOptions } from '../../contracts/model/ports';
import { hasCode, isAbsent, isPlain, makeFolder, PARTIAL, pathOf, unsafe } from './paths';
import { sync, transfer } from './transfer';

/** Folders vanish under a writer when another one removes the last object in them; it makes them again so often. */
const STORE_TRIES = 50;

/**
 * An object store on a folder, for one machine or a shared file system. A key is a path below the root; nothing is read
 * or written through a symbolic link. Objects appear whole, under their name, after they are on disk.
 */
export async function openFilesystemObjects(config: { root: string }): Promise<ObjectStore> {
  await mkdir(config.root, { recursive: true });
  return new FilesystemObjects(await realpath(config.root));
}

class FilesystemObjects implements ObjectStore {
  constructor(private readonly root: string) {}

  async stat(key: string): Promise<{ bytes: number } | null> {
    const path = pathOf(this.root, key);
    if (!(await isPlain(path, key))) return null;
    const stats = await lstat(path).catch(absent);
    return stats?.isFile() === true ? { bytes: stats.size } : null;
  }

  async fetch(key: string, toPath: string, options?: TransferOptions): Promise<{ bytes: number }> {
    return transfer(await this.existing(key), toPath, options);
  }

  async read(key: string): Promise<Buffer> {
    return readFile(await this.existing(key));
  }

  async store(key: string, fromPath: string, options?: TransferOptions): Promise<{ bytes: number }> {
    const path = pathOf(this.root, key);
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.storeOnce(key, path, fromPath, options);
      } catch (error) {
        if (tries < STORE_TRIES && (await folderVanished(error, fromPath))) continue;
        if (hasCode(error, 'ENOTDIR')) throw unsafe(key, 'a part of it is an object already');
        if (hasCode(error, 'EISDIR')) throw unsafe(key, 'there are objects below it');
        throw error;
      }
    }
  }

  async list(prefix: string): Promise<string[]> {
    const keys = (await this.files(prefix)).filter(isObject);
    return keys.sort((a, b) => (a < b ? -1 : 1));
  }

  async remove(key: string): Promise<void> {
    const path = pathOf(this.root, key);
    if (!(await isPlain(path, key)) || (await lstat(path).catch(absent))?.isFile() !== true) return;
    await this.removePath(path);
  }

  async clear(prefix: string, keep: ReadonlySet<string> = new Set()): Promise<number> {
    const doomed = (await this.files(prefix)).filter((name) => !keep.has(name));
    for (const name of doomed) await this.removePath(join(this.root, name));
    return doomed.filter(isObject).length;
  }

  private async storeOnce(
    key: string,
    path: string,
    from: string,
    options?: TransferOptions,
  ): Promise<{ bytes: number }> {
    const folder = dirname(path);
    await makeFolder(this.root, folder, key);
    await isPlain(path, key);
    const part = join(folder, PARTIAL + randomBytes(8).toString('hex'));
    try {
      const stored = await transfer(from, part, options);
      await sync(part);
      await rename(part, path);
      await sync(folder);
      return stored;
    } catch (error) {
      await rm(part, { force: true });
      // With the folder, where nothing else is in it: a prefix that is cleared has none left. But a folder that is
      // pruned between two tries is one more that vanishes under the other writers.
      if (!(await folderVanished(error, from))) await this.prune(folder);
      throw error;
    }
  }

  /** The path of an object that is there. Throws RAW_OBJECT_MISSING. */
  private async existing(key: string): Promise<string> {
    if ((await this.stat(key)) === null) {
      throw new ReelwayError('RAW_OBJECT_MISSING', `The object store has no object under the key ${key}.`);
    }
    return join(this.root, key);
  }

  /** All regular files below a prefix, relative to the root, also unfinished ones; links are not followed. */
  private async files(prefix: string): Promise<string[]> {
    const folder = prefix === '' ? this.root : pathOf(this.root, prefix);
    if (!(await isPlain(folder, prefix))) return [];
    const found: string[] = [];
    await this.collect(folder, found);
    return found;
  }

  private async collect(folder: string, found: string[]): Promise<void> {
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      // Removed since it was named, or a file: nothing is below it.
      if (isAbsent(error)) return [];
      throw error;
    });
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await this.collect(path, found);
      else if (entry.isFile()) found.push(relative(this.root, path));
    }
  }

  private async removePath(path: string): Promise<void> {
    await rm(path, { force: true });
    await this.prune(dirname(path));
  }

  /** Removes folders that have become empty, upwards; the first that is not, or is needed again, ends it. */
  private async prune(folder: string): Promise<void> {
    if (folder === this.root) return;
    const removed = await rmdir(folder).then(
      () => true,
      (error: unknown) => isAbsent(error),
    );
    if (removed) await this.prune(dirname(folder));
  }
}

/** Files with names that no key can have were not put there by us; they are not ours to name. */
const isObject = (name: string): boolean =>
  keyProblem(name) === null && !name.split('/').some((segment) => segment.startsWith(PARTIAL));

/** Whether a store failed because another one's clean-up took the folder away, not because its source is missing. */
const folderVanished = async (error: unknown, from: string): Promise<boolean> =>
  hasCode(error, 'ENOENT') && (await lstat(from).catch(absent)) !== null;

function absent(error: unknown): null {
  if (isAbsent(error)) return null;
  throw error;
}
