import { z } from 'zod';
import { CHANNELS, DEFAULT_CHANNELS, NOTICE_TYPES, type Channels } from '../model/notices';

/** What the text of an environment variable may be, and what it becomes. Messages never repeat the value: it may be a secret. */
export type Kind<T> = z.ZodType<T, string>;

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;
const MAX_PORT = 65_535;
const HOST_PORT = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):\d{1,5}$/;

export const text = (pattern: RegExp, rule: string): Kind<string> => z.string().regex(pattern, rule);

export const whole = (min: number, max: number): Kind<number> => {
  const rule = `must be a whole number from ${String(min)} to ${String(max)}`;
  return z
    .string()
    .regex(/^\d{1,16}$/, rule)
    .transform(Number)
    .pipe(z.number().min(min, rule).max(max, rule));
};

/** A time in whole milliseconds; a year is far beyond any sensible deadline. */
export const ms = (): Kind<number> => whole(1, YEAR_MS);

export const port = (): Kind<number> => whole(0, MAX_PORT);

export const oneOf = <const T extends readonly [string, ...string[]]>(values: T): Kind<T[number]> =>
  z.string().pipe(z.enum(values, `must be ${values.join(' or ')}`));

/** Comma list, at least one, none twice. */
export const listOf = <T extends string>(item: Kind<T>): Kind<T[]> =>
  z
    .string()
    .transform((list) => list.split(',').map((part) => part.trim()))
    .pipe(z.array(item))
    .refine((items) => new Set(items).size === items.length, 'must not name anything twice');

/** Comma list of whole numbers above 0, in rising order. */
export const thresholds = (): Kind<number[]> =>
  listOf(text(/^[1-9]\d{0,14}$/, 'must be whole numbers above 0'))
    .transform((items) => items.map(Number))
    .refine((items) => items.every((one, at) => at === 0 || one > (items[at - 1] ?? 0)), 'must rise');

export const address = (): Kind<string> => text(HOST_PORT, 'must be HOST:PORT');

/** A relative path would depend on where the process was started. */
export const absolutePath = (): Kind<string> => text(/^\/[^\0]*$/, 'must be an absolute path');

/** A command on PATH or an absolute path. */
export const command = (): Kind<string> =>
  text(/^(?:\/[^\0]*|[A-Za-z0-9._-]+)$/, 'must be a command name or an absolute path');

export const urlOf = (...schemes: string[]): Kind<string> =>
  z.string().refine((url) => hasScheme(url, schemes), `must be a URL with ${schemes.join(' or ')}`);

function hasScheme(url: string, schemes: string[]): boolean {
  return URL.canParse(url) && schemes.includes(new URL(url).protocol.replace(/:$/, ''));
}

const CHANNELS_RULE = 'must be TYPE=CHANNEL|CHANNEL;TYPE=CHANNEL with notification types and channels, each once';

/** Channels by notification type; a type that is not named keeps those it has. */
export const channelsByType = (): Kind<Channels> =>
  z.string().transform((text, context) => {
    const named = new Map<string, string[]>();
    for (const part of text.split(';').filter((one) => one.trim() !== '')) {
      const [type = '', channels = '', ...more] = part.trim().split('=');
      const list = channels.split('|');
      const isRight =
        isOneOf(NOTICE_TYPES, type) &&
        !named.has(type) &&
        more.length === 0 &&
        list.every((one) => isOneOf(CHANNELS, one)) &&
        new Set(list).size === list.length;
      if (!isRight) {
        context.addIssue({ code: 'custom', message: CHANNELS_RULE });
        return z.NEVER;
      }
      named.set(type, list);
    }
    return { ...DEFAULT_CHANNELS, ...Object.fromEntries(named) };
  });

const isOneOf = (values: readonly string[], one: string): boolean => values.includes(one);

const SOURCES_RULE = 'must be TOPIC=NAME|NAME;TOPIC=* with topics that we consume, each once';
const SOURCES_OF = /^([a-z.]+)=(\*|[^;=|*\s]{1,255}(?:\|[^;=|*\s]{1,255})*)$/;

/** Per topic the names that may send it; `*` for anybody. Empty: none is named. */
export const sourcesByTopic = <T extends string>(topics: readonly T[]): Kind<Partial<Record<T, readonly string[]>>> =>
  z.string().transform((text, context) => {
    const parts = text
      .split(';')
      .map((part) => part.trim())
      .filter((part) => part !== '');
    const read = parts.map((part) => SOURCES_OF.exec(part));
    const names = read.map((match) => match?.[1]);
    if (new Set(names).size < names.length || !names.every((name) => (topics as readonly unknown[]).includes(name))) {
      context.addIssue({ code: 'custom', message: SOURCES_RULE });
      return z.NEVER;
    }
    return Object.fromEntries(read.map((match) => [match?.[1], match?.[2]?.split('|')])) as Partial<
      Record<T, readonly string[]>
    >;
  });

const TOKENS_RULE = 'must be one token or two, divided by a comma, each of 32 to 256 random printable characters';
/** Fewer different characters were typed by somebody, not drawn. */
const MIN_DIFFERENT = 8;

/** Tokens that callers show: the second one while they change from one to the other. */
export const tokens = (): Kind<string[]> =>
  z
    .string()
    .transform((list) => list.split(',').map((token) => token.trim()))
    .refine((list) => list.length <= 2 && new Set(list).size === list.length && list.every(isToken), TOKENS_RULE);

const isToken = (token: string): boolean => /^[\x21-\x7e]{32,256}$/.test(token) && new Set(token).size >= MIN_DIFFERENT;
