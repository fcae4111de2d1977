import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { UploadSession } from '../platform/postgres/upload-sessions';

/** What was uploaded last from this folder, per content, so that it can be said again before anybody has read it. */
const FOLDER = join('.local', 'submitted');

/** Two stacks may know the same content id. */
const fileOf = (stack: string, contentId: string): string =>
  join(
    FOLDER,
    `${createHash('sha256')
      .update(JSON.stringify([stack, contentId]))
      .digest('hex')
      .slice(0, 32)}.json`,
  );

export async function rememberUpload(stack: string, upload: UploadSession): Promise<void> {
  const file = fileOf(stack, upload.contentId);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(upload));
}

export async function lastUpload(stack: string, contentId: string): Promise<UploadSession | null> {
  try {
    const said = JSON.parse(await readFile(fileOf(stack, contentId), 'utf8')) as UploadSession;
    return { ...said, at: new Date(said.at) };
  } catch {
    return null;
  }
}
