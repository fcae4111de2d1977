import { Agent, request } from 'node:http';

export interface Shot {
  path: string;
  headers: Record<string, string>;
  body: object;
}

export interface LoadResult {
  /** Answered in a second. */
  rate: number;
  p99Ms: number;
  /** Share of answers that were none of a success. */
  errorRate: number;
}

/** Requests through so many connections that are kept, each sent when the one before it on the connection was answered. */
export async function shoot(url: string, shots: Shot[], connections: number): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  let errors = 0;
  let next = 0;
  const takeTurns = async (): Promise<void> => {
    for (let shot = shots[next++]; shot; shot = shots[next++]) {
      const from = performance.now();
      const status = await send(url, shot, agent).catch(() => 0);
      times.push(performance.now() - from);
      if (status < 200 || status > 299) errors += 1;
    }
  };
  const from = performance.now();
  await Promise.all(Array.from({ length: connections }, takeTurns));
  const seconds = (performance.now() - from) / 1_000;
  agent.destroy();
  const sorted = times.sort((a, b) => a - b);
  return {
    rate: shots.length / seconds,
    p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? NaN,
    errorRate: errors / shots.length,
  };
}

const send = (url: string, { path, headers, body }: Shot, agent: Agent): Promise<number> =>
  new Promise((resolve, reject) => {
    const text = JSON.stringify(body);
    const sent = request(
      `${url}${path}`,
      {
        ...{ method: 'POST', agent },
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers },
      },
      (response) => {
        response.resume();
        response.on('end', () => {
          resolve(response.statusCode ?? 0);
        });
      },
    );
    sent.on('error', reject);
    sent.end(text);
  });
