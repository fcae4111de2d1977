import { ERRORS, ReelwayError } from '../../contracts/model/errors';
import { runTool } from './process';
import type { MediaTools } from './tools';

/** A tool that works says its version within milliseconds. */
const VERSION_WITHIN_MS = 10_000;

/**
 * Who is to blame for what went wrong with a source? A file is bad only where the tools work that say so: where one cannot
 * even say its version (a missing library, a broken install) it is our trouble, and the creator hears nothing of it.
 * Returns the error to throw.
 */
export async function blamed(error: unknown, tools: MediaTools, signal?: AbortSignal): Promise<unknown> {
  if (!(error instanceof ReelwayError) || ERRORS[error.code].class !== 'creator') return error;
  try {
    for (const command of [tools.ffprobe, tools.ffmpeg]) {
      await runTool({
        ...{ command, args: ['-version'], signal, timeoutMs: VERSION_WITHIN_MS },
        codes: { failed: 'PROBE_FAILED' },
      });
    }
    return error;
  } catch (broken) {
    return broken;
  }
}
