import type { IncomingMessage } from 'node:http';
import { isErrorCode, ReelwayError } from '../contracts/model/errors';

/** Makes an error of ours of whatever went wrong on the way. */
export type Away = (cause: unknown) => ReelwayError;

const NO_ANSWER = 'it sent what is no answer of ours';

export const jsonAnswer = async (response: IncomingMessage, away: Away): Promise<unknown> =>
  jsonOf(await textOf(response, away), away);

/** A value per line. A last line with a problem says that not all was done, and so does an answer that just ends. */
export async function* lineAnswers(response: IncomingMessage, away: Away): AsyncGenerator {
  try {
    for await (const line of linesOf(response, away)) {
      const value = jsonOf(line, away);
      const { problem } = value as { problem?: unknown };
      if (problem !== undefined) throw errorOf(problem) ?? away(NO_ANSWER);
      yield value;
    }
  } finally {
    // Who stops reading stops the work.
    response.destroy();
  }
}

/** What the API refused, or what something between us and it did. */
export async function refusalOf(response: IncomingMessage, away: Away): Promise<ReelwayError> {
  const text = await textOf(response, away);
  const isProblem = response.headers['content-type']?.startsWith('application/problem+json') === true;
  const error = isProblem ? errorOf(jsonOf(text, away)) : null;
  return error ?? away(`it answered ${String(response.statusCode)}, which is no answer of ours`);
}

/** The error that was thrown over there. */
function errorOf(problem: unknown): ReelwayError | null {
  const { code, detail, hint } = (problem ?? {}) as Record<string, unknown>;
  if (typeof code !== 'string' || typeof detail !== 'string' || typeof hint !== 'string') return null;
  // A newer API may have codes that we do not know.
  if (!isErrorCode(code)) return new ReelwayError('INTERNAL', `${code}: ${detail}`, { hint });
  return new ReelwayError(code, detail, { hint });
}

async function* linesOf(response: IncomingMessage, away: Away): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunksOf(response, away)) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') throw away('its answer ended in the middle');
}

async function textOf(response: IncomingMessage, away: Away): Promise<string> {
  let text = '';
  for await (const chunk of chunksOf(response, away)) text += chunk;
  return text;
}

async function* chunksOf(response: IncomingMessage, away: Away): AsyncGenerator<string> {
  try {
    for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) yield chunk;
  } catch (cause) {
    throw away(cause);
  }
}

function jsonOf(text: string, away: Away): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw away(NO_ANSWER);
  }
}
