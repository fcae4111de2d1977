import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Right } from '../../contracts/model/rights';
import { newToken, tokenLine } from '../../platform/tokens/token';
import { TestFailure } from './test-failure';
import type { ReelwayProcess } from './processes';
import type { World } from './world';

const HOLDERS = {
  viewer: ['viewer'],
  operator: ['operator'],
  admin: ['admin'],
} as const satisfies Record<string, Right[]>;

export interface RunningApi {
  url: string;
  process: ReelwayProcess;
  /** Of an actor each, with the name of its right. */
  tokens: Record<keyof typeof HOLDERS, string>;
  /** What services show. */
  serviceToken: string;
  file: string;
  /** Environment of a command line that goes to it. */
  env(token?: string): Record<string, string>;
}

/** `reelway api` of a world, with a token per right. */
export async function spawnApi(world: World, env: Record<string, string> = {}): Promise<RunningApi> {
  const tokens = { viewer: newToken(), operator: newToken(), admin: newToken() };
  const file = join(world.dirs.root, `tokens-${randomBytes(4).toString('hex')}`);
  writeFileSync(file, linesOf(tokens), { mode: 0o600 });
  const serviceToken = newToken();
  const process = await world.spawnReelway(['api'], {
    ...{ REELWAY_API_PORT: '0', REELWAY_API_TOKENS_FILE: file, REELWAY_SERVICE_TOKENS: serviceToken },
    ...env,
  });
  const url = /"apiUrl":"(http:[^"]+)"/.exec(process.log())?.[1];
  if (url === undefined) throw new TestFailure('the API did not say where it listens');
  return {
    ...{ url, process, tokens, serviceToken, file },
    env: (token = tokens.admin) => ({ REELWAY_API_URL: url, REELWAY_API_TOKEN: token }),
  };
}

export const linesOf = (tokens: Record<keyof typeof HOLDERS, string>): string =>
  (Object.keys(HOLDERS) as (keyof typeof HOLDERS)[])
    .map((name) => `${tokenLine(`the-${name}`, HOLDERS[name], tokens[name])}\n`)
    .join('');

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** One request with a body of JSON, as any client would send it. */
export async function call(
  api: Pick<RunningApi, 'url'>,
  method: string,
  path: string,
  { token, body, headers = {} }: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(`${api.url}/admin/v1${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: JSON.parse(text) as Record<string, unknown> };
}
