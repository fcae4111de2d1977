import type { Environment } from './environment';
import { main } from './main';

/**
 * Whoever reads us may stop reading: `reelway content list | head -1` is no error. A command that changes things ends as
 * after Ctrl-C, between two of them, and says where.
 */
function endWithReader(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (ending) return;
    if (process.listenerCount('SIGINT') === 0) process.exit(0);
    ending = true;
    process.emit('SIGINT');
  });
}

let ending = false;

/** What is written to a pipe is not there yet when write returns; leaving before that would cut it off. */
const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    stream.write('', () => {
      resolve();
    });
  });

/** Runs the command line of this process and ends it; connections that do not close cannot keep it. */
export async function runProcess(args: string[], env: Environment): Promise<never> {
  const { stdout, stderr } = process;
  endWithReader(stdout);
  endWithReader(stderr);
  const code = await main(args, env, { stdout, stderr });
  await Promise.all([flushed(stdout), flushed(stderr)]);
  process.exit(code);
}
