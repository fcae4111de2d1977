import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorCode } from '../contracts/model/errors';
import type { Logger } from '../platform/log';
import { toApiError, toConnectionError } from './errors';
import { PROBLEM_TYPE, problemOf } from './problem';
import { TooManyRequests } from './rate-limit';

/** Answers with the problem of whatever was thrown. What is our fault stands in the log with its cause. */
export const refusal =
  (log: Logger) =>
  (thrown: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const error = toApiError(thrown);
    const problem = problemOf(error, request.id);
    if (problem.status >= 500) log.error({ err: error, code: error.code, requestId: request.id }, 'a request failed');
    if (error instanceof TooManyRequests) void reply.header('retry-after', String(error.retryAfterSeconds));
    if (error.code === 'UNAUTHENTICATED') void reply.header('www-authenticate', 'Bearer');
    if (UNREAD.has(error.code)) readOn(request, reply);
    void reply.code(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
  };

/** Refused before the body is read. */
const UNREAD: ReadonlySet<ErrorCode> = new Set(['BODY_TOO_LARGE', 'MEDIA_TYPE_UNSUPPORTED']);

/**
 * Whoever still sends would not see the answer if the connection were closed now. The rest is read and dropped, for as
 * long as a request may take.
 */
function readOn(request: FastifyRequest, reply: FastifyReply): void {
  void reply.removeHeader('connection');
  request.raw.resume();
}

/** For the answer to arrive; who does not hang up then is cut off. */
const LINGER_MS = 1_000;

/**
 * There is no request yet to answer: too long a header, too slow a body, no HTTP at all. The connection is gone soon
 * after, whatever the other side does: each holds a descriptor.
 */
export function refuseConnection(thrown: Error, socket: Socket): void {
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
  if (!socket.writable) return;
  const problem = problemOf(toConnectionError(thrown), randomUUID());
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${String(problem.status)} ${problem.title}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${String(Buffer.byteLength(body))}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
