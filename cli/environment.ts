import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../platform/package-root';

export type Environment = Record<string, string | undefined>;

/**
 * The environment, and below it the addresses of a local stack that runs in this project: so that commands work beside
 * `npm start` without a setting. Every variable that is set wins over the file.
 */
export function withLocalStack(env: Environment, folders: string[] = [process.cwd(), packageRoot()]): Environment {
  const file = folders.map(stackFileOf).find((path) => existsSync(path));
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  return { ...(file === undefined ? {} : readStack(file)), ...given };
}

/** Where the local stack of a project says what runs. */
const stackFileOf = (folder: string): string => join(folder, '.local', 'stack.json');

/** Variable and where the value stands in stack.json. */
const PLACES: Record<string, readonly string[]> = {
  REELWAY_TEMPORAL_ADDRESS: ['temporal', 'address'],
  REELWAY_TEMPORAL_NAMESPACE: ['temporal', 'namespace'],
  REELWAY_TEMPORAL_UI: ['temporal', 'ui'],
  REELWAY_KAFKA_BROKERS: ['kafka', 'brokers'],
  REELWAY_POSTGRES_URL: ['postgres', 'url'],
  REELWAY_REDIS_URL: ['redis', 'url'],
  REELWAY_OBJECTS_ROOT: ['objects', 'root'],
  REELWAY_TEMP_DIR: ['temp', 'root'],
  REELWAY_KEK_FILE: ['keys', 'kek'],
  REELWAY_FFMPEG: ['media', 'ffmpeg'],
  REELWAY_FFPROBE: ['media', 'ffprobe'],
  REELWAY_PACKAGER: ['media', 'packager'],
};

function readStack(file: string): Environment {
  const stack = parse(file);
  const found = Object.entries(PLACES).map(([name, path]) => [name, textAt(stack, path)] as const);
  return Object.fromEntries(found.filter(([, value]) => value !== ''));
}

/** A file that is being written, or is none of ours, counts as absent: the configuration then says what is missing. */
function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}

function textAt(value: unknown, path: readonly string[]): string {
  const found = path.reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[name] : undefined,
    value,
  );
  return Array.isArray(found) ? found.join(',') : typeof found === 'string' ? found : '';
}
