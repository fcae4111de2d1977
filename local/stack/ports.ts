import { randomInt } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { ReelwayError } from '../../contracts/model/errors';

/** Servers are for this machine only. */
export const HOST = '127.0.0.1';

/** Below the range from which the kernel takes ports for outgoing connections, so that none is lost between choice and use. */
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 32_000;
const TRIES = 200;

export const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: HOST, exclusive: true }, () => server.close(() => resolve(true)));
  });

/** Gives each server the port it had last time, else its well-known one, else any; and remembers it. */
export class Ports {
  private readonly remembered: Record<string, number>;
  private readonly taken = new Set<number>();

  constructor(private readonly file: string) {
    this.remembered = readPorts(file);
  }

  async take(name: string, wellKnown?: number): Promise<number> {
    for (const port of [this.remembered[name], wellKnown]) {
      if (port !== undefined && (await this.tryTake(name, port))) return port;
    }
    for (let tries = 0; tries < TRIES; tries++) {
      const port = randomInt(LOWEST_PORT, HIGHEST_PORT);
      if (await this.tryTake(name, port)) return port;
    }
    throw new ReelwayError(
      'STACK_FAILED',
      `No free port for ${name} between ${String(LOWEST_PORT)} and ${String(HIGHEST_PORT)}.`,
    );
  }

  private async tryTake(name: string, port: number): Promise<boolean> {
    if (this.taken.has(port)) return false;
    this.taken.add(port);
    if (!(await isFree(port))) return false;
    this.remembered[name] = port;
    writeFileSync(this.file, JSON.stringify(this.remembered, null, 2));
    return true;
  }
}

function readPorts(file: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
  } catch {
    return {}; // the first start, or a file cut short by a crash: new ports do no harm
  }
}
