import type { Kafka, KafkaProducer } from '../../contracts/model/ports';
import { toReelwayError } from '../../platform/errors';
import type { Logger } from '../../platform/log';
import { contentsWithCommanded, contentsWithUnsent } from '../../platform/postgres/milestones';
import type { Pool } from '../../platform/postgres/pool';
import { startRounds, type Rounds } from '../rounds';
import { sendUnsent } from './send';

export interface FlusherDeps {
  pool: Pool;
  kafka: Pick<Kafka, 'producer'>;
  /** Whether the newest run of a content is open: then its announcer sends, however long Kafka is away. */
  isOpen(contentId: string): Promise<boolean>;
  log: Logger;
  onFlushed?(milestones: number): void;
}

const EVERY_MS = 30_000;
/** A live announcer sends within a second; an attempt that was cut off has come again by then. */
const LEFT_AFTER_MS = 60_000;
const CONTENTS_AT_ONCE = 100;

/** A takedown is heard of within seconds; one small statement each time. */
const COMMANDED_EVERY_MS = 1_000;

/**
 * Sends what runs that were terminated or deleted had stored and not sent; nobody else would. Looks at once, then every
 * 30 s. What commands tell is sent within a second or two, and needs no Temporal.
 */
export async function startFlusher(deps: FlusherDeps): Promise<Rounds> {
  const producer = await deps.kafka.producer();
  const stopping = new AbortController();
  const round = async (): Promise<void> => {
    try {
      await flushLeft({ ...deps, producer, signal: stopping.signal });
    } catch (error) {
      deps.log.warn({ err: error }, 'what runs left unsent could not be looked through; the next round tries again');
    }
  };
  const promptly = async (): Promise<void> => {
    try {
      await sendCommanded({ ...deps, producer });
    } catch (error) {
      deps.log.warn({ err: error }, 'what commands tell could not be sent; the next round tries again');
    }
  };
  const rounds = [startRounds(round, EVERY_MS), startRounds(promptly, COMMANDED_EVERY_MS)];
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(rounds.map((one) => one.stop()));
      await producer.close();
    },
  };
}

/** All that is unsent of contents that a command has told something of, in sequence; whoever else sends waits meanwhile. */
async function sendCommanded(deps: Flush): Promise<void> {
  for (const contentId of await contentsWithCommanded(deps.pool, CONTENTS_AT_ONCE)) {
    await unlessItsOwn(deps, contentId, sendUnsent(deps.pool, deps.producer, contentId));
  }
}

/** One that is away is away for all; anything else is the trouble of this content, and holds up no other. */
async function unlessItsOwn({ log }: Flush, contentId: string, sending: Promise<number>): Promise<number> {
  try {
    return await sending;
  } catch (error) {
    const known = toReelwayError(error);
    if (known.code === 'SERVICE_UNREACHABLE') throw known;
    log.error({ contentId, code: known.code, err: known }, 'what is unsent of a content could not be sent');
    return 0;
  }
}

type Flush = FlusherDeps & { producer: KafkaProducer; signal?: AbortSignal };

/** One round; returns how many milestones it sent. Throws where Postgres, Temporal or Kafka is away. */
export async function flushLeft(deps: Flush, leftAfterMs = LEFT_AFTER_MS): Promise<number> {
  let total = 0;
  let after = '';
  for (;;) {
    const contents = await contentsWithUnsent(deps.pool, { leftAfterMs, after, limit: CONTENTS_AT_ONCE });
    for (const contentId of contents) {
      if (deps.signal?.aborted === true) return total;
      total += await flushOne(deps, contentId);
    }
    const last = contents.at(-1);
    if (last === undefined || contents.length < CONTENTS_AT_ONCE) return total;
    after = last;
  }
}

async function flushOne(deps: Flush, contentId: string): Promise<number> {
  const { pool, producer, log } = deps;
  const sending = async (): Promise<number> =>
    (await deps.isOpen(contentId)) ? 0 : await sendUnsent(pool, producer, contentId);
  const sent = await unlessItsOwn(deps, contentId, sending());
  if (sent > 0) log.warn({ contentId, sent }, 'sent what a run that is gone had left unsent');
  deps.onFlushed?.(sent);
  return sent;
}
