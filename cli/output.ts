import { styleOf, wantsColour, type Style } from './render/text';

export const FORMATS = ['text', 'json', 'jsonl'] as const;
export type Format = (typeof FORMATS)[number];

/** Where bytes go; the real streams, or a test's. */
export interface Streams {
  stdout: {
    write(text: string): unknown;
    isTTY?: boolean;
    /** The reader is slower than we are: wait for `drain`, or all of it piles up in memory. */
    writableNeedDrain?: boolean;
    once?(event: 'drain' | 'close', then: () => void): unknown;
    off?(event: 'drain' | 'close', then: () => void): unknown;
  };
  stderr: { write(text: string): unknown; isTTY?: boolean };
}

/** Data goes to stdout, in one of three forms; everything said to people beside it goes to stderr. */
export interface Output {
  readonly format: Format;
  readonly style: Style;
  /** One thing. text gives its lines for people. */
  one(value: object, text: (style: Style) => string[]): void;
  /** Several things of one kind: an array in json, a line each in jsonl. */
  many(values: readonly object[], text: (style: Style) => string[]): void;
  /** One of a stream of things whose end is not known: a line each, in json as well. */
  next(value: object, text: (style: Style) => string[]): void;
  /** Resolves when the reader can take more, or has left. */
  drained(): Promise<void>;
  /** Said to people, never data. */
  say(line: string): void;
}

export function createOutput(format: Format, streams: Streams, env: Record<string, string | undefined>): Output {
  const style = styleOf(wantsColour(streams.stdout, env));
  const write = (lines: string[]): void => {
    if (lines.length > 0) streams.stdout.write(`${lines.join('\n')}\n`);
  };
  return {
    format,
    style,
    one: (value, text) => {
      write(format === 'text' ? text(style) : [JSON.stringify(value, null, format === 'json' ? 2 : 0)]);
    },
    many: (values, text) => {
      if (format === 'text') write(text(style));
      else if (format === 'json') write([JSON.stringify(values, null, 2)]);
      else write(values.map((value) => JSON.stringify(value)));
    },
    next: (value, text) => {
      write(format === 'text' ? text(style) : [JSON.stringify(value)]);
    },
    drained: () => drained(streams.stdout),
    say: (line) => {
      streams.stderr.write(`${line}\n`);
    },
  };
}

function drained(stdout: Streams['stdout']): Promise<void> {
  if (stdout.writableNeedDrain !== true) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      stdout.off?.('drain', done);
      stdout.off?.('close', done);
      resolve();
    };
    stdout.once?.('drain', done);
    stdout.once?.('close', done);
  });
}
