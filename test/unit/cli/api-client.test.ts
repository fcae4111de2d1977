import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApiClient } from '../../../cli/api-client';
import { exitCodeOf } from '../../../cli/exit';
import type { ReelwayError } from '../../../contracts/model/errors';
import { TestFailure } from '../../support/test-failure';

interface Seen {
  method?: string;
  url?: string;
  headers: IncomingMessage['headers'];
  body: string;
}

let server: Server;
let url: string;
let seen: Seen[];
let answer: (response: ServerResponse, request: IncomingMessage) => void;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => {
      seen.push({ method: request.method!, url: request.url!, headers: request.headers, body });
      answer(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});
beforeEach(() => {
  seen = [];
  answer = (response) => json(response, {});
});
afterAll(async () => {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
});

const json = (response: ServerResponse, value: unknown, status = 200, type = 'application/json'): void => {
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(value));
};
const busy = (response: ServerResponse, seconds: number): void => {
  response.setHeader('retry-after', String(seconds));
  json(response, { code: 'TOO_MANY_REQUESTS', detail: 'too often', hint: 'wait' }, 429, 'application/problem+json');
};
const client = () => createApiClient(url, 'token-of-anna');
const errorOf = (work: Promise<unknown>): Promise<ReelwayError> =>
  work.then(
    (value) => Promise.reject(new TestFailure(`no error but ${JSON.stringify(value)}`)),
    (error: unknown) => error as ReelwayError,
  );
const all = async (results: AsyncIterable<unknown>): Promise<unknown[]> => {
  const found: unknown[] = [];
  for await (const result of results) found.push(result);
  return found;
};

const command = { contentId: 'c-1', reason: 'why "so"\n', commandId: 'x-1' };

describe('requests', () => {
  it('have path, query and body where the table says, and the token', async () => {
    await client().list({ attention: true, limit: 5, creatorId: 'a&b=c' });
    await client().retry({ ...command, stage: 'package' });
    expect(seen).toMatchObject([
      { method: 'GET', url: '/admin/v1/contents?attention=true&limit=5&creatorId=a%26b%3Dc', body: '' },
      { method: 'POST', url: '/admin/v1/contents/c-1/retry' },
    ]);
    expect(JSON.parse(seen[1]!.body)).toEqual({ reason: command.reason, commandId: 'x-1', stage: 'package' });
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(Array(2).fill('Bearer token-of-anna'));
  });

  it('wait where the token has asked too often, and are sent again', async () => {
    let refusals = 2;
    answer = (response) => {
      if (refusals === 0) json(response, { contentId: 'c-1' });
      else busy(response, 1);
      refusals -= 1;
    };
    await expect(client().retry(command)).resolves.toEqual({ contentId: 'c-1' });
    expect(seen.map(({ url, body }) => [url, body])).toEqual(Array(3).fill([seen[0]!.url, seen[0]!.body]));
  });

  it('do not wait for longer than anybody would', async () => {
    answer = (response) => {
      busy(response, 31);
    };
    expect(await errorOf(client().retry(command))).toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    expect(seen).toHaveLength(1);
  });

  it.each(['..', '../../queues', 'a/b', '%2e%2e', 'x?y=z#w', 'é\u0000\n'])(
    'keep the id %j one part of the path',
    async (id) => {
      await client().show({ contentId: id });
      expect(seen[0]!.url).toBe(`/admin/v1/contents/${encodeURIComponent(id)}`);
    },
  );

  it.each(['\ud800', 'x'.repeat(100_000)])('are not sent with an id that no path can hold', async (id) => {
    expect((await errorOf(client().show({ contentId: id }))).code).toBe('INPUT_INVALID');
    expect(seen).toEqual([]);
  });

  it('carry bytes as base64', async () => {
    answer = (response) => response.writeHead(200).end();
    await all(client().redriveDeadLetters({ ids: ['1'], commandId: 'x', correction: Buffer.from([0, 255]) }));
    expect(JSON.parse(seen[0]!.body)).toMatchObject({ correction: 'AP8=' });
  });
});

describe('answers', () => {
  const problem = { type: 'urn:x', title: 't', status: 409, detail: 'c-1 runs.', code: 'NOT_PARKED', hint: 'Look.' };

  it('that refuse come as the error that was thrown over there', async () => {
    answer = (response) => json(response, problem, 409, 'application/problem+json; charset=utf-8');
    const error = await errorOf(client().retry(command));
    expect(error).toMatchObject({ code: 'NOT_PARKED', message: 'c-1 runs.', hint: 'Look.' });
    expect(exitCodeOf(error.code)).toBe(5);
  });

  it('with a code of a newer API are still told', async () => {
    answer = (response) => json(response, { ...problem, code: 'NEWER' }, 409, 'application/problem+json');
    expect(await errorOf(client().retry(command))).toMatchObject({ code: 'INTERNAL', message: 'NEWER: c-1 runs.' });
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['a page of a proxy', (response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<html>')],
    ['a redirect', (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
    ['no JSON', (response) => response.writeHead(200).end('ok')],
    ['a problem of somebody else', (response) => json(response, { title: 'x' }, 400, 'application/problem+json')],
    [
      'half an answer',
      (response) => (response.writeHead(200, { 'content-length': '99' }).write('{'), response.destroy()),
    ],
    ['nothing', (response) => response.destroy()],
  ])('that are %s count as unreachable, and a command can be repeated under its id', async (_what, send) => {
    answer = send;
    const error = await errorOf(client().retry(command));
    expect(error).toMatchObject({
      code: 'SERVICE_UNREACHABLE',
      hint: expect.stringContaining('--command-id x-1') as string,
    });
    expect(exitCodeOf(error.code)).toBe(3);
    expect((await errorOf(client().queues())).hint).toContain('REELWAY_API_URL');
  });

  it('that never come are given up within 10 s', async () => {
    answer = () => undefined;
    const begun = Date.now();
    expect((await errorOf(client().queues())).message).toContain('did not answer');
    expect(Date.now() - begun).toBeLessThan(10_000);
  });

  it('of nobody are told with the address', async () => {
    const error = await errorOf(createApiClient('http://127.0.0.1:1', 't').queues());
    expect(error).toMatchObject({ code: 'SERVICE_UNREACHABLE' });
    expect(error.message).toMatch(/127\.0\.0\.1:1.*ECONNREFUSED/);
  });
});

describe('streams', () => {
  const redrive = () => client().redriveDeadLetters({ ids: ['1', '2'], commandId: 'x-2' });
  const lines = (...values: unknown[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('');

  it('give a result per line, however the lines are cut', async () => {
    const text = lines({ id: '1', reason: 'é' }, { id: '2' });
    answer = (response) => {
      for (const byte of Buffer.from(text)) response.write(Buffer.from([byte]));
      response.end();
    };
    expect(await all(redrive())).toEqual([{ id: '1', reason: 'é' }, { id: '2' }]);
  });

  it('throw the problem of the last line, after the results before it', async () => {
    const problem = { code: 'SERVICE_UNREACHABLE', detail: 'Postgres is away.', hint: 'Start it.' };
    answer = (response) => response.end(lines({ id: '1' }, { problem }));
    const results = redrive()[Symbol.asyncIterator]();
    expect((await results.next()).value).toEqual({ id: '1' });
    expect(await errorOf(results.next())).toMatchObject({ message: 'Postgres is away.', hint: 'Start it.' });
  });

  it.each<[string, (response: ServerResponse) => void]>([
    [
      'are cut between lines',
      (response) => (response.write(lines({ id: '1' })), setImmediate(() => response.destroy())),
    ],
    ['end in the middle of a line', (response) => response.end(`${lines({ id: '1' })}{"id":`)],
  ])('that %s did not end well', async (_what, send) => {
    answer = send;
    expect((await errorOf(all(redrive()))).code).toBe('SERVICE_UNREACHABLE');
  });

  it('that are left end for the sender too', async () => {
    const left = new Promise<void>((resolve) => {
      answer = (response) => {
        response.on('close', resolve).write(lines({ id: '1' }));
      };
    });
    for await (const result of redrive()) {
      expect(result).toEqual({ id: '1' });
      break;
    }
    await left;
  });
});
