import { spawn } from 'node:child_process';
import { ReelwayError } from '../../../contracts/model/errors';

export interface Run {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Every line of both streams, as a sign of life. */
  readonly onLine?: (line: string) => void;
}

/** Enough of the end to say why it failed. */
const KEPT_LINES = 15;

/** Runs a fetching tool to its end; its last lines are in the error where it fails. */
export function run({ file, args, cwd, env, user, onLine }: Run): Promise<void> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    const child = spawn(file, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...user,
    });
    const take = (text: string): void => {
      for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
        lines.push(line);
        if (lines.length > KEPT_LINES) lines.shift();
        onLine?.(line);
      }
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.on('error', (cause) => reject(new ReelwayError('TOOL_MISSING', `${file} cannot be run.`, { cause })));
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(failure(`${file} ${args.slice(0, 3).join(' ')} …`, code ?? signal, lines));
    });
  });
}

function failure(command: string, end: number | string | null, lines: readonly string[]): ReelwayError {
  return new ReelwayError('STACK_FAILED', `${command} ended with ${String(end)}:\n${lines.join('\n')}`, {
    hint: 'The first start needs the package registries; see that they can be reached, then start again.',
  });
}
