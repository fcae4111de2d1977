import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

interface HashOptions {
  signal: AbortSignal;
  onBytes?: (bytes: number) => void;
}

/** Disks answer large reads faster; the hash itself does about 1 GB/s or more. */
const CHUNK_BYTES = 1024 * 1024;

/** SHA-256 of a local file, lower-case hex. */
export async function sha256Of(path: string, { signal, onBytes }: HashOptions): Promise<string> {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(
    createReadStream(path, { highWaterMark: CHUNK_BYTES }),
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        hash.update(chunk);
        onBytes?.((bytes += chunk.length));
      }
    },
    { signal },
  );
  return hash.digest('hex');
}
