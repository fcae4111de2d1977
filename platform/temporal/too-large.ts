const GRPC_INVALID_ARGUMENT = 3;
const GRPC_RESOURCE_EXHAUSTED = 8;
/** limit.blobSize.error of the server (2 MiB), for the input of a start or a signal. */
const BLOB = /^blob data size exceeds limit/i;
/** The limit of gRPC itself (4 MiB), of the server or of a proxy before it. */
const MESSAGE = /message larger than max/i;

interface GrpcStatus {
  code?: unknown;
  details?: unknown;
}

/** gRPC's own refusal of a message. It has the code of a server that is busy, but the same message is never taken. */
export const isOverMessageLimit = ({ code, details }: GrpcStatus): boolean =>
  code === GRPC_RESOURCE_EXHAUSTED && typeof details === 'string' && MESSAGE.test(details);

/** Whether Temporal refused a start or a signal for its size; the SDK has what the server said as a cause. */
export function isTooLarge(thrown: unknown): boolean {
  if (typeof thrown !== 'object' || thrown === null) return false;
  const status: GrpcStatus & { cause?: unknown } = thrown;
  const isBlob =
    status.code === GRPC_INVALID_ARGUMENT && typeof status.details === 'string' && BLOB.test(status.details);
  return isBlob || isOverMessageLimit(status) || isTooLarge(status.cause);
}
