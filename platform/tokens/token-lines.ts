import { LADDER, RIGHTS, type Caller, type Right } from '../../contracts/model/rights';
import { digestOf } from './token';

/** Who comes with a token of this digest. */
export interface TokenRow extends Caller {
  readonly digest: Buffer;
}

/** Starts with a letter or digit: names of people and programs, mail addresses too. */
const ACTOR = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$/;
/** Names under which Reelway itself stands in the audit; a colon, as in local:anna, is no part of a name. */
const OWN_NAMES = ['auto', 'temporal', 'reelway'];
const DIGEST = /^sha256:([0-9a-f]{64})$/;
/** What `sha256sum` makes of a variable that was not set. */
const OF_NOTHING = ['', '\n'].map((text) => digestOf(text).toString('hex'));

export const isActor = (name: string): boolean => ACTOR.test(name) && !OWN_NAMES.includes(name.toLowerCase());

/**
 * Rows of `ACTOR RIGHT[,RIGHT] sha256:DIGEST`, one a line or divided by semicolons; an actor may have several. A line
 * that begins with # is a remark. Problems name the line and never repeat it: it may be a token in the wrong place.
 */
export function readTokenLines(text: string): { rows: TokenRow[]; problems: string[] } {
  const lines = text.split(/\r?\n|;/).map((line, index) => ({ line: line.trim(), at: `line ${String(index + 1)}` }));
  const read = lines
    .filter(({ line }) => line !== '' && !line.startsWith('#'))
    .map(({ line, at }) => ({ at, row: readLine(line) }));
  const rows = read.flatMap(({ row }) => (typeof row === 'string' ? [] : [row]));
  const problems = read.flatMap(({ at, row }) => (typeof row === 'string' ? [`${at} ${row}`] : []));
  const digests = new Set(rows.map(({ digest }) => digest.toString('hex')));
  if (digests.size < rows.length) problems.push('one token stands there twice');
  if (read.length === 0) problems.push('there is no token');
  return { rows, problems };
}

function readLine(line: string): TokenRow | string {
  const [actor = '', rights = '', digest = '', ...more] = line.split(/\s+/);
  if (more.length > 0 || digest === '') return 'is not ACTOR RIGHT sha256:DIGEST';
  if (!isActor(actor))
    return `names an actor that is not 1 to 100 of A-Z a-z 0-9 . _ @ + -, or is ${OWN_NAMES.join(', ')}`;
  const held = rights.split(',') as Right[];
  if (!areRights(held)) return `must have one of ${LADDER.join(', ')}, and beside it at most moderation-skip`;
  const hex = DIGEST.exec(digest)?.[1];
  if (hex === undefined) return 'has no digest: sha256: and 64 hex digits, never the token itself';
  if (OF_NOTHING.includes(hex)) return 'has the digest of an empty token';
  return { actor, rights: held, digest: Buffer.from(hex, 'hex') };
}

const areRights = (rights: Right[]): boolean =>
  rights.every((right) => RIGHTS.includes(right)) &&
  new Set(rights).size === rights.length &&
  rights.filter((right) => (LADDER as readonly Right[]).includes(right)).length === 1;
