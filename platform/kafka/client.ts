import { Kafka as KafkaJs, logLevel, type LogEntry } from 'kafkajs';
import { ReelwayError } from '../../contracts/model/errors';
import { isUnreachable, toReelwayError, unreachable } from '../errors';
import type { Logger } from '../log';
import { securityOptions, type KafkaSecurity } from './security';
import { registerCodecs } from './compression/codecs';

/** A broker on the same network answers in milliseconds; this is for one that is away. */
const CONNECT_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 10_000;

/** About 3 s in all: who asked repeats it, and must not wait for minutes to hear that a broker is away. */
export const RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5 };

export function createClient(brokers: string[], security: KafkaSecurity, log: Logger): KafkaJs {
  registerCodecs(log);
  return new KafkaJs({
    clientId: 'reelway',
    brokers,
    ...securityOptions(security),
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: RETRY,
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => {
      log[levelFor(entry)]({ kafkajs: detailsOf(entry) }, entry.log.message);
    },
  });
}

/** One level lower than kafkajs has it: it calls every attempt that it repeats by itself an error. */
function levelFor(entry: LogEntry): 'warn' | 'debug' | 'trace' {
  if (isStartingUp(entry)) return 'debug';
  if (entry.level === logLevel.ERROR) return 'warn';
  return entry.level === logLevel.WARN ? 'debug' : 'trace';
}

/** Normal on first calls and after each restart of a broker. */
const isStartingUp = (entry: LogEntry): boolean =>
  /coordinator|not the correct coordinator|group is rebalancing/i.test(
    `${entry.log.message} ${String(entry.log['error'])}`,
  );

function detailsOf({ namespace, log }: LogEntry): Record<string, unknown> {
  const { message: _message, timestamp: _timestamp, logger: _logger, stack: _stack, ...details } = log;
  return { namespace, ...details };
}

/** Names the broker, and what a missing topic or a too large record means for us. */
export function kafkaError(error: unknown, brokers: string[]): ReelwayError {
  const types = typesOf(error);
  if (types.has('UNKNOWN_TOPIC_OR_PARTITION')) return new ReelwayError('TOPIC_MISSING', undefined, { cause: error });
  if (types.has('MESSAGE_TOO_LARGE') || types.has('RECORD_LIST_TOO_LARGE')) {
    return new ReelwayError('MILESTONE_TOO_LARGE', 'The broker refused a record as too large.', { cause: error });
  }
  const address = brokers.join(',');
  const login = refusedLogin(error);
  if (login) {
    return new ReelwayError('CONFIG_INVALID', `Kafka at ${address} refused the login: ${login.message}`, {
      cause: error,
    });
  }
  const isAway = isUnreachable(error) || chainOf(error).some(({ name }) => name === NO_COORDINATOR);
  return isAway ? unreachable('Kafka', address, error) : toReelwayError(error, { Kafka: address });
}

/** A broker that has just started knows none for a few seconds. */
const NO_COORDINATOR = 'KafkaJSGroupCoordinatorNotFound';

const refusedLogin = (error: unknown): Error | undefined =>
  chainOf(error).find(({ name }) => name === 'KafkaJSSASLAuthenticationError');

/** The protocol's names of an error and its causes. */
export const typesOf = (error: unknown): Set<string> =>
  new Set(chainOf(error).flatMap((one) => ('type' in one && typeof one.type === 'string' ? [one.type] : [])));

/** An error and its causes; kafkajs wraps one in one or two errors of its own. */
function chainOf(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let cause = error; chain.length < 10 && cause instanceof Error; cause = cause.cause) chain.push(cause);
  return chain;
}
