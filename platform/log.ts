import { destination, pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';

const STDERR = 2;
const MASK = '[masked]';

/** Names whose values never reach a log line, at the top of a line and one or two levels below. */
const SECRET_NAMES = [
  'authorization',
  'cookie',
  'x-service-auth',
  'password',
  'secret',
  'token',
  'serviceToken',
  'adminToken',
  'kek',
  'cek',
  'contentKey',
];

/** user:password@ in any URL of the finished line: connection strings travel inside messages of clients. */
const URL_CREDENTIALS = /(\w+:\/\/)[^\s/@"\\]+@/g;

/**
 * Log lines as JSON on stderr (stdout belongs to data). `bindings` stand on every line: role, version.
 * Written synchronously, so that the last line before a kill is there.
 */
export function createLog(
  config: { level: string },
  bindings: Record<string, string | number> = {},
  to: DestinationStream = destination({ fd: STDERR, sync: true }),
): Logger {
  return pino(
    {
      level: config.level,
      base: { pid: process.pid, ...bindings },
      timestamp: stdTimeFunctions.isoTime,
      redact: { paths: SECRET_NAMES.flatMap(pathsOf), censor: MASK },
      hooks: { streamWrite: (line) => line.replace(URL_CREDENTIALS, `$1${MASK}@`) },
    },
    to,
  );
}

const pathsOf = (name: string): string[] => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`];
