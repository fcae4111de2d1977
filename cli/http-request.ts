import { request as plain, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as encrypted } from 'node:https';
import { ReelwayError } from '../contracts/model/errors';
import { messageOf } from '../platform/errors';

export interface ApiRequest {
  method: string;
  /** Below the URL of the API, encoded; it is sent as it stands, so that ".." in an id stays a part of the id. */
  path: string;
  headers: Record<string, string>;
  body: string | null;
  /** Until the head of the answer is there, ms. */
  withinMs: number;
}

/** Between two pieces of an answer; a page of an export may take a while. */
const SILENCE_MS = 30_000;

/** The head of the answer; its body is read by the caller. Rejects with what Node says, or that the time is over. */
export function sendRequest(base: string, request: ApiRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { body, withinMs } = request;
    const sent = (base.startsWith('https:') ? encrypted : plain)(optionsOf(new URL(base), request));
    const timer = setTimeout(() => {
      const seconds = String(withinMs / 1_000);
      sent.destroy(new ReelwayError('SERVICE_UNREACHABLE', `it did not answer within ${seconds} s`));
    }, withinMs);
    sent.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    sent.on('response', (response) => {
      clearTimeout(timer);
      response.setTimeout(SILENCE_MS, () => {
        response.destroy(
          new ReelwayError('SERVICE_UNREACHABLE', `its answer stopped for ${String(SILENCE_MS / 1_000)} s`),
        );
      });
      resolve(response);
    });
    sent.end(body ?? undefined);
  });
}

const optionsOf = (url: URL, { method, path, headers, body }: ApiRequest): RequestOptions => ({
  method,
  host: url.hostname.replace(/^\[|\]$/g, ''),
  port: url.port,
  path: `${url.pathname.replace(/\/$/, '')}${path}`,
  headers: { ...headers, ...(body !== null && { 'content-length': String(Buffer.byteLength(body)) }) },
  // A connection that was kept may be gone when the next request goes into it.
  agent: false,
});

/** `commandId`: of a command, which may have arrived whatever became of its answer; undefined: it was none. */
export const apiUnreachable = (base: string, cause: unknown, commandId: unknown): ReelwayError =>
  new ReelwayError('SERVICE_UNREACHABLE', `The admin API at ${base} could not be reached: ${messageOf(cause)}`, {
    cause,
    hint:
      typeof commandId === 'string'
        ? `Repeat it with --command-id ${commandId} when the API is up; it is carried out once.`
        : 'Start it (reelway api), or correct REELWAY_API_URL.',
  });
