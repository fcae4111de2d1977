import { connect } from 'node:net';
import type { DataDir } from '../places';
import { HOST, type Ports } from '../ports';
import type { ServerSpec } from '../process/server-process';

const READY_WITHIN_MS = 30_000;
const ANSWER_MS = 2_000;

/** Keeps nothing on disk: what we put there is derived, and made anew after a restart. */
export async function redisServer(
  binary: string,
  dir: DataDir,
  ports: Ports,
): Promise<{ spec: ServerSpec; url: string }> {
  const port = await ports.take('redis');
  const settings = { bind: HOST, port: String(port), save: '', appendonly: 'no', dir: dir.root };
  return {
    spec: {
      name: 'redis',
      file: binary,
      args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
      stopSignal: 'SIGTERM',
      readyWithinMs: READY_WITHIN_MS,
      ready: () => answers(port),
    },
    url: `redis://${HOST}:${String(port)}`,
  };
}

/** Connected and past its loading: it answers a PING with a PONG. */
const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: HOST, port });
    const end = (ok: boolean): void => {
      socket.destroy();
      resolve(ok);
    };
    socket.setTimeout(ANSWER_MS, () => end(false));
    socket.once('error', () => end(false));
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (bytes) => end(bytes.toString().startsWith('+PONG')));
  });
