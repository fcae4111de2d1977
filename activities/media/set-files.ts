import { readdir } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import { describeFile } from './digest';

export interface SetFile {
  /** Relative to the folder of the set, with "/". */
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly contentType: string;
}

const CONTENT_TYPES: Record<string, string> = {
  '.mpd': 'application/dash+xml',
  '.m3u8': 'application/vnd.apple.mpegurl',
  '.mp4': 'video/mp4',
  '.m4s': 'video/iso.segment',
};

/** Every file under `dir`: segments first, then playlists, and the manifest that names them all last. */
export async function listFiles(dir: string): Promise<SetFile[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files: SetFile[] = [];
  for (const path of paths) {
    const contentType = CONTENT_TYPES[extname(path)] ?? 'application/octet-stream';
    files.push({ path: relative(dir, path), ...(await describeFile(path)), contentType });
  }
  return files.sort((a, b) => rank(a.path) - rank(b.path) || (a.path < b.path ? -1 : 1));
}

function rank(path: string): number {
  if (path === 'manifest.mpd' || path === 'master.m3u8') return 2;
  return path.endsWith('.m3u8') ? 1 : 0;
}
