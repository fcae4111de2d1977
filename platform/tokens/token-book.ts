import { readFileSync, statSync } from 'node:fs';
import { timingSafeEqual } from 'node:crypto';
import { ReelwayError } from '../../contracts/model/errors';
import type { Caller } from '../../contracts/model/rights';
import { messageOf } from '../errors';
import type { Logger } from '../log';
import { digestOf, isStrong } from './token';
import { readTokenLines, type TokenRow } from './token-lines';

/** Where the tokens of an API are kept: lines in a file, which is read again when it changes, or in the environment. */
export type TokenPlace = { file: string } | { lines: string };

export interface TokenHolder extends Caller {
  /** The beginning of the digest: tells in a log which of several tokens an actor still uses. */
  readonly tokenId: string;
}

export interface TokenBook {
  /** Whose token it is; null: nobody's. Takes the same time for every token of a length. */
  find(token: string): TokenHolder | null;
  /** Why the tokens in use are not those of the file; null: they are. */
  trouble(): string | null;
  close(): void;
}

/** A token that was taken out of the file opens nothing after this time. */
const LOOK_EVERY_MS = 1_000;
const ID_LENGTH = 12;
/** A broken file is told again and again, for whoever looks at the log only later. */
const TELL_EVERY_MS = 60_000;

/** Throws CONFIG_INVALID where no usable token is there: an API that nobody may use, or everybody, does not start. */
export function openTokenBook(place: TokenPlace, log: Logger): TokenBook {
  if ('lines' in place) return createBook(rowsOf(place.lines, 'REELWAY_API_TOKENS'));
  return watchFile(place.file, log);
}

function rowsOf(text: string, where: string): TokenRow[] {
  const { rows, problems } = readTokenLines(text);
  if (problems.length === 0) return rows;
  throw new ReelwayError('CONFIG_INVALID', `${where}: ${problems.join('; ')}.`, { hint: MAKE_ONE });
}

const MAKE_ONE = 'Make a token and its line with: reelway api token --actor NAME --right operator';

const createBook = (rows: TokenRow[]): TokenBook => ({
  find: (token) => findRow(rows, token),
  trouble: () => null,
  close: () => undefined,
});

/** Every row is compared, in full, so that time tells nothing of which came near. */
function findRow(rows: readonly TokenRow[], token: string): TokenHolder | null {
  if (!isStrong(token)) return null;
  const digest = digestOf(token);
  const [found] = rows.filter((row) => timingSafeEqual(row.digest, digest));
  if (!found) return null;
  const { actor, rights } = found;
  return { actor, rights, tokenId: digest.toString('hex').slice(0, ID_LENGTH) };
}

function watchFile(file: string, log: Logger): TokenBook {
  let state = stateOf(file);
  let rows = readTokenFile(file);
  let trouble: string | null = null;
  let toldAt = 0;
  const look = (): void => {
    const now = stateOf(file);
    if (now !== state) {
      state = now;
      try {
        rows = readTokenFile(file);
        trouble = null;
        log.info({ tokens: rows.length }, 'the token file was read again');
      } catch (error) {
        trouble = `${messageOf(error)} The tokens read before stay in use.`;
        toldAt = 0;
      }
    }
    if (trouble === null || Date.now() - toldAt < TELL_EVERY_MS) return;
    toldAt = Date.now();
    log.error({ code: 'CONFIG_INVALID', problem: trouble }, 'the token file cannot be used');
  };
  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  return {
    find: (token) => findRow(rows, token),
    trouble: () => trouble,
    close: () => {
      clearInterval(timer);
    },
  };
}

/** Changes whenever content, rights or the file behind the name change. */
function stateOf(file: string): string {
  try {
    const { ctimeNs, size, ino } = statSync(file, { bigint: true });
    return [ctimeNs, size, ino].join();
  } catch (error) {
    return messageOf(error);
  }
}

const BY_OTHERS = 0o006;

function readTokenFile(file: string): TokenRow[] {
  const where = `REELWAY_API_TOKENS_FILE: ${file}`;
  try {
    if ((statSync(file).mode & BY_OTHERS) !== 0) {
      throw new ReelwayError('CONFIG_INVALID', `${where} can be read or written by everybody.`, {
        hint: `chmod 600 ${file}`,
      });
    }
    return rowsOf(readFileSync(file, 'utf8'), where);
  } catch (error) {
    if (error instanceof ReelwayError) throw error;
    throw new ReelwayError('CONFIG_INVALID', `${where} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
}
