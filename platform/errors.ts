import { ReelwayError } from '../contracts/model/errors';

export type Service = 'Postgres' | 'Kafka' | 'Temporal' | 'Redis';

/** Where each service is looked for, as far as the caller knows it; it makes the message name the address. */
export type Addresses = Partial<Record<Service, string>>;

/** Node's own network errors, whichever client they come through. */
const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
]);
/**
 * SQLSTATE: 08 connection, 57P01 to 57P03 the server stops, was killed or still starts, 53 no connection, disk or memory
 * left, 25006 it is a standby now, 57014 a statement took too long.
 */
const PG_GONE = /^(08...|57P0[1-3]|53...|25006|57014)$/;
/** pg reports these without a code; the last one where a connection breaks between two statements of a transaction. */
const PG_GONE_TEXT =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|and is not queryable/;
const KAFKA_GONE = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSNumberOfRetriesExceeded',
  'KafkaJSBrokerNotFound',
]);
const GRPC_DEADLINE_EXCEEDED = 4;
const GRPC_UNAVAILABLE = 14;
/** What Temporal's client says, without a code, when it never got a connection. */
const GRPC_NO_CONNECTION = /Failed to connect before the deadline/;

interface Clue {
  name?: unknown;
  code?: unknown;
  message?: unknown;
  cause?: unknown;
  address?: unknown;
  port?: unknown;
  errors?: unknown;
  syscall?: unknown;
}

/**
 * Makes an error of ours of anything that was thrown. What already is one stays; a server that cannot be reached
 * becomes SERVICE_UNREACHABLE, naming service and address; the rest becomes INTERNAL with the thrown thing as cause.
 */
export function toReelwayError(thrown: unknown, addresses: Addresses = {}): ReelwayError {
  for (const clue of causes(thrown)) if (clue instanceof ReelwayError) return clue;
  const service = unreachableService(thrown);
  if (service) return unreachable(service, addresses[service], thrown);
  return new ReelwayError('INTERNAL', messageOf(thrown), { cause: thrown });
}

/** True where the failure says that a server is away, so that the same call can succeed later without a change. */
export const isUnreachable = (thrown: unknown): boolean => unreachableService(thrown) !== null;

export function unreachable(service: Service, address: string | undefined, cause?: unknown): ReelwayError {
  const at = address ?? addressIn(cause) ?? 'its address';
  return new ReelwayError('SERVICE_UNREACHABLE', `${service} at ${at} could not be reached: ${messageOf(cause)}`, {
    cause,
  });
}

export function messageOf(thrown: unknown): string {
  const clue = asClue(thrown);
  if (typeof clue?.message === 'string' && clue.message !== '') return clue.message;
  // An AggregateError of both address families has an empty message.
  return typeof clue?.code === 'string' ? clue.code : String(thrown);
}

function unreachableService(thrown: unknown): Service | null {
  for (const clue of causes(thrown)) {
    const name = String(clue.name);
    const text = typeof clue.message === 'string' ? clue.message : '';
    if (KAFKA_GONE.has(name)) return 'Kafka';
    if (clue.code === GRPC_UNAVAILABLE || clue.code === GRPC_DEADLINE_EXCEEDED) return 'Temporal';
    if (GRPC_NO_CONNECTION.test(text)) return 'Temporal';
    if (PG_GONE_TEXT.test(text)) return 'Postgres';
    if (typeof clue.code !== 'string') continue;
    if (PG_GONE.test(clue.code)) return 'Postgres';
    // pg is the only client here that lets Node's own errors through; ENOENT counts for its Unix socket only.
    if (NETWORK.has(clue.code) && (clue.code !== 'ENOENT' || clue.syscall === 'connect')) return 'Postgres';
  }
  return null;
}

function addressIn(thrown: unknown): string | undefined {
  for (const clue of causes(thrown)) {
    if (typeof clue.address !== 'string') continue;
    return typeof clue.port === 'number' ? `${clue.address}:${String(clue.port)}` : clue.address;
  }
  return undefined;
}

/** The error, its causes and the members of an AggregateError; at most 20, for a cause may point back. */
function causes(thrown: unknown): Clue[] {
  const found: Clue[] = [];
  const open: unknown[] = [thrown];
  while (open.length > 0 && found.length < 20) {
    const clue = asClue(open.shift());
    if (!clue) continue;
    found.push(clue);
    open.push(clue.cause, ...(Array.isArray(clue.errors) ? (clue.errors as unknown[]) : []));
  }
  return found;
}

const asClue = (thrown: unknown): Clue | null => (typeof thrown === 'object' ? thrown : null);
