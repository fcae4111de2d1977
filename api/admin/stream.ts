import { Readable } from 'node:stream';
import { ReelwayError } from '../../contracts/model/errors';
import { toApiError } from '../errors';
import { problemOf } from '../problem';

export const STREAM_TYPE = 'application/x-ndjson';

/**
 * Results as lines of JSON. What is refused before the first of them is thrown, for its status. What goes wrong later is
 * the last line, {"problem": …}: the status was sent long ago, and an end without it would look like all was done. A
 * reader that leaves ends the work after the result in hand, and so does a stop of the process.
 */
export async function streamOf(
  results: AsyncIterable<unknown>,
  requestId: string,
  stopping: AbortSignal,
): Promise<Readable> {
  const iterator = results[Symbol.asyncIterator]();
  const first = await iterator.next();
  // One ahead of the reader, not sixteen: each is a change that was made.
  return Readable.from(lines(iterator, first, requestId, stopping), { highWaterMark: 1 });
}

async function* lines(
  iterator: AsyncIterator<unknown>,
  first: IteratorResult<unknown>,
  requestId: string,
  stopping: AbortSignal,
): AsyncGenerator<string> {
  try {
    for (let next = first; next.done !== true; next = await iterator.next()) {
      yield lineOf(next.value);
      if (stopping.aborted) throw stopped();
    }
  } catch (error) {
    yield lineOf({ problem: problemOf(toApiError(error), requestId) });
  } finally {
    await iterator.return?.();
  }
}

const lineOf = (value: unknown): string => `${JSON.stringify(value)}\n`;

const stopped = (): ReelwayError =>
  new ReelwayError('SERVICE_UNREACHABLE', 'The API is stopping; not everything was done.', {
    hint: 'Send the same command again: it goes on with the rest.',
  });
