import { ReelwayError } from '../contracts/model/errors';

/** Whoever asks is answered within 10 s, whatever hangs; the clients of the servers give up later than that. */
export const REACH_MS = 5_000;

/** What the work gives, or SERVICE_UNREACHABLE after `ms`; the work itself goes on unobserved. `what`: "Kafka at HOST:PORT". */
export const within = <T>(ms: number, what: string, work: Promise<T>): Promise<T> =>
  beforeTimeout(
    ms,
    work,
    () => new ReelwayError('SERVICE_UNREACHABLE', `${what} did not answer within ${String(ms / 1_000)} s.`),
  );

/** What the work gives, or after `ms` a rejection with `tooLate`; the work itself goes on unobserved. */
export async function beforeTimeout<T>(ms: number, work: Promise<T>, tooLate: () => ReelwayError): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(tooLate());
    }, ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    // A failure that comes too late is nobody's.
    work.catch(() => undefined);
  }
}
