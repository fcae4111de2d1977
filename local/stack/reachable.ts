import { connect } from 'node:net';
import { ReelwayError } from '../../contracts/model/errors';
import type { GivenServers } from './environment';
import type { Part } from './types';

const CONNECT_MS = 5_000;
const DEFAULT_PORT = { temporal: 7233, kafka: 9092, postgres: 5432, redis: 6379 };

/** A server named in the environment is not ours to start, but worth a clear word when it is not there. */
export async function checkReachable(given: GivenServers, parts: ReadonlySet<Part>): Promise<void> {
  const checks = [
    { part: 'temporal', variable: 'REELWAY_TEMPORAL_ADDRESS', address: given.temporal?.address },
    { part: 'kafka', variable: 'REELWAY_KAFKA_BROKERS', address: given.kafka?.brokers[0] },
    { part: 'postgres', variable: 'REELWAY_POSTGRES_URL', address: given.postgres && new URL(given.postgres.url).host },
    { part: 'redis', variable: 'REELWAY_REDIS_URL', address: given.redis && new URL(given.redis.url).host },
  ] as const;
  await Promise.all(
    checks.map(async ({ part, variable, address }) => {
      if (!parts.has(part) || address === undefined) return;
      if (!(await answers(address, DEFAULT_PORT[part]))) throw unreachable(part, variable, address);
    }),
  );
}

function answers(address: string, defaultPort: number): Promise<boolean> {
  const { hostname, port } = new URL(`tcp://${address}`);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || defaultPort });
    const end = (result: boolean): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(CONNECT_MS, () => end(false));
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}

const unreachable = (part: string, variable: string, address: string): ReelwayError =>
  new ReelwayError('SERVICE_UNREACHABLE', `${part} at ${address} (${variable}) does not answer.`, {
    hint: `Start it, correct ${variable}, or unset it: then the stack starts its own.`,
  });
