import { constants, createReadStream, createWriteStream } from 'node:fs';
import { copyFile, open, rm, stat } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TransferOptions } from '../../contracts/model/ports';

/** Large reads: a copy is bound by the disk then, not by the event loop. */
const CHUNK_BYTES = 1024 * 1024;

/**
 * Copies a file to a place where nothing is yet: as a clone that costs no bytes where the file system can, else as a
 * stream that can be aborted and tells its progress. Leaves nothing behind when it fails.
 */
export async function transfer(from: string, to: string, options: TransferOptions = {}): Promise<{ bytes: number }> {
  options.signal?.throwIfAborted();
  try {
    if (!(await cloned(from, to))) await streamed(from, to, options);
    const { size } = await stat(to);
    options.onBytes?.(size);
    return { bytes: size };
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') await rm(to, { force: true });
    throw error;
  }
}

/** COPYFILE_FICLONE alone would fall back to a copy that nobody can stop. */
async function cloned(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (code === 'EEXIST' || code === 'ENOENT' || code === 'EISDIR') throw error;
    // A clone that was refused leaves the empty file that it had made.
    await rm(to, { force: true });
    return false;
  }
}

async function streamed(from: string, to: string, { signal, onBytes }: TransferOptions): Promise<void> {
  let bytes = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      onBytes?.(bytes);
      done(null, chunk);
    },
  });
  const source = createReadStream(from, { highWaterMark: CHUNK_BYTES });
  const target = createWriteStream(to, { flags: 'wx', highWaterMark: CHUNK_BYTES });
  try {
    await pipeline(source, counter, target, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/** Waits until a file, or the names in a folder, are on disk. */
export async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
