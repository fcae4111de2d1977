import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { livingProcesses } from './processes';
import type { World } from './world';

/** Between two looks: short against the life of a temporary folder, long enough to leave the machine to what is watched. */
const LOOK_EVERY_MS = 25;

/** All files and empty folders below a folder, sorted; a folder ends with "/". What goes while it is read is left out. */
export function pathsBelow(folder: string): string[] {
  const found: string[] = [];
  const collect = (below: string): void => {
    for (const entry of entriesOf(join(folder, below))) {
      if (entry.isDirectory()) {
        found.push(`${below}${entry.name}/`);
        collect(`${below}${entry.name}/`);
      } else found.push(`${below}${entry.name}`);
    }
  };
  collect('');
  return found
    .filter((path) => !path.endsWith('/') || !found.some((other) => other !== path && other.startsWith(path)))
    .sort();
}

function entriesOf(folder: string): { name: string; isDirectory(): boolean }[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** ffmpeg, ffprobe and packager at work for this world. */
export const toolsAtWork = (world: World): string[] =>
  livingProcesses(world.name)
    .map(({ command }) => command)
    .filter((command) => command.includes(world.dirs.temp));

/** What a world has left on the machine: objects, temporary files and folders, processes. */
export const tracesOf = (world: World): { objects: string[]; temp: string[]; processes: string[] } => ({
  objects: pathsBelow(world.dirs.objects),
  temp: pathsBelow(world.dirs.temp),
  processes: livingProcesses(world.name).map(({ command }) => command),
});

export interface Watch<T> {
  /** Every look so far, oldest first. */
  looks: T[];
  /** Looks once more, then no longer. */
  stop(): T[];
}

/** Looks again and again beside the test: for what must not be seen even for a moment. */
export function watch<T>(look: () => T): Watch<T> {
  const looks = [look()];
  const timer = setInterval(() => looks.push(look()), LOOK_EVERY_MS);
  return {
    looks,
    stop: () => {
      clearInterval(timer);
      looks.push(look());
      return looks;
    },
  };
}

/** Content ids of the runs that a visibility query of the Temporal UI finds; needs no worker. */
export async function findRuns(world: World, query: string): Promise<string[]> {
  const found: string[] = [];
  for await (const run of world.temporal.client.workflow.list({ query })) found.push(run.workflowId);
  return found.map((id) => id.replace(/^content:/, '')).sort();
}
