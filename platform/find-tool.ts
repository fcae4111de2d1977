import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { ReelwayError } from '../contracts/model/errors';

/** The absolute path of a program, so that a missing one is told at start and not by the first upload. */
export function findTool(command: string, variable: string, path = process.env['PATH'] ?? ''): string {
  const candidates = isAbsolute(command) ? [command] : path.split(delimiter).map((folder) => join(folder, command));
  const found = candidates.find(isExecutable);
  if (found !== undefined) return found;
  throw new ReelwayError('TOOL_MISSING', `${command} was not found.`, {
    hint: `Install it, or set ${variable} to its path.`,
  });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
