import { ReelwayError } from '../../contracts/model/errors';

const UNREACHABLE = 3;
const FAILED = 1;

/** What happened, why, and what to do; on stderr. Returns the exit code. */
export function reportFailure(error: unknown): number {
  if (!(error instanceof ReelwayError)) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return FAILED;
  }
  process.stderr.write(`\n${error.code}: ${error.message}\n${error.hint}\n`);
  return error.code === 'SERVICE_UNREACHABLE' ? UNREACHABLE : FAILED;
}
