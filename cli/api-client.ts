import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ReelwayError } from '../contracts/model/errors';
import { operationEntries, type AnyOperation } from '../operations/admin';
import { ADMIN_PATH, ANSWER_WITHIN_MS } from '../operations/admin/operation';
import { jsonAnswer, lineAnswers, refusalOf, type Away } from './api-answer';
import type { ReelwayClient } from './client';
import { apiUnreachable, sendRequest, type ApiRequest } from './http-request';
import { asJson } from './wire';

/** Has everything carried out by the admin API, as the actor of the token. */
export function createApiClient(url: string, token: string): ReelwayClient {
  const calls = operationEntries().map(([name, entry]) => [
    name,
    (input: object = {}) => {
      const given = asJson(input);
      const away: Away = (cause) => apiUnreachable(url, cause, given['commandId']);
      const send = (): Promise<IncomingMessage> => ask(url, entry, requestOf(entry, given, token), away);
      return entry.stream ? streamed(send, away) : answered(send, away);
    },
  ]);
  return Object.fromEntries(calls) as ReelwayClient;
}

const answered = async (send: () => Promise<IncomingMessage>, away: Away): Promise<unknown> =>
  jsonAnswer(await send(), away);

async function* streamed(send: () => Promise<IncomingMessage>, away: Away): AsyncGenerator {
  yield* lineAnswers(await send(), away);
}

/** What one request waits in all until its token may ask again. A fresh bucket has one more within seconds. */
const PATIENCE_MS = 30_000;

async function ask(url: string, entry: AnyOperation, request: ApiRequest, away: Away): Promise<IncomingMessage> {
  for (let patienceMs = PATIENCE_MS; ;) {
    const response = await sendRequest(url, request).catch((cause: unknown) => {
      throw away(cause);
    });
    if (response.statusCode === (entry.status ?? 200)) return response;
    const againMs = Number(response.headers['retry-after'] ?? Number.NaN) * 1_000;
    const refusal = await refusalOf(response, away);
    // Nothing was done, so the same may be sent again.
    if (refusal.code !== 'TOO_MANY_REQUESTS' || !(againMs <= patienceMs)) throw refusal;
    patienceMs -= againMs;
    await sleep(againMs);
  }
}

/** The API answers within its own limit; what is silent for longer is away. */
const BEYOND_ITS_LIMIT_MS = 500;

function requestOf(entry: AnyOperation, given: Record<string, unknown>, token: string): ApiRequest {
  const inPath = new Set<string>();
  const path = entry.path.replace(/\{(\w+)\}/g, (_match, name: string) => {
    inPath.add(name);
    return segment(name, String(given[name]));
  });
  const rest = Object.entries(given).filter(([name]) => !inPath.has(name));
  const isGet = entry.method === 'GET';
  return {
    method: entry.method,
    path: `${ADMIN_PATH}${path}${isGet ? queryOf(rest) : ''}`,
    headers: { authorization: `Bearer ${token}`, ...(!isGet && { 'content-type': 'application/json' }) },
    body: isGet ? null : JSON.stringify(Object.fromEntries(rest)),
    withinMs: (entry.withinMs ?? ANSWER_WITHIN_MS) + BEYOND_ITS_LIMIT_MS,
  };
}

/** A longer head is refused as a whole, and no id has nearly so many characters. */
const MAX_SEGMENT = 4_000;

function segment(name: string, value: string): string {
  // Half of a surrogate pair cannot be written in a path.
  const text = /\p{Surrogate}/u.test(value) ? null : encodeURIComponent(value);
  if (text !== null && text.length <= MAX_SEGMENT) return text;
  throw new ReelwayError('INPUT_INVALID', `${name} is not what a URL can hold.`);
}

const queryOf = (given: [string, unknown][]): string =>
  given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString()}`;
