import { styleOf, wantsColour, type Style } from './render/text';

export const FORMATS = ['text', 'json', 'jsonl'] as const;
export type Format = (typeof FORMATS)[number];

/** Where bytes go; the real streams, or a test's. */
export interface Streams {
  stdout: {
    write(text: string): unknown;
    isTTY?: boolean;
    /** Of a terminal. */
    columns?: number;
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
  /** Shows lines in the place of those it showed before. Null where nobody looks at a terminal that can do it. */
  readonly redraw: ((lines: string[]) => void) | null;
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
    redraw: format === 'text' && canRedraw(streams.stdout, env) ? redrawing(streams.stdout) : null,
    drained: () => drained(streams.stdout),
    say: (line) => {
      streams.stderr.write(`${line}\n`);
    },
  };
}

/** Narrower than that nothing of a table is left to see: a line per change is better. */
const WIDE_ENOUGH = 60;

const canRedraw = (stdout: Streams['stdout'], env: Record<string, string | undefined>): boolean =>
  stdout.isTTY === true && env['TERM'] !== 'dumb' && (stdout.columns ?? 0) >= WIDE_ENOUGH;

/** Up to the first of the lines before, and clears from there (ECMA-48: CUU, ED). */
function redrawing(stdout: Streams['stdout']): (lines: string[]) => void {
  let shown = 0;
  return (lines) => {
    const back = shown === 0 ? '' : `\u001b[${String(shown)}A\u001b[J`;
    const columns = stdout.columns ?? WIDE_ENOUGH;
    stdout.write(`${back}${lines.map((line) => cutTo(columns, line)).join('\n')}\n`);
    shown = lines.length;
  };
}

const COLOUR = '\u001b[';
/** Hangul Jamo, as East Asian Width of Unicode (UAX 11) has it. */
const FIRST_WIDE = '\u1100';
const BOXES = /[\u2500-\u25ff]/;
const CHARACTERS = /\u001b\[[0-9;]*m|./gsu;

/** A line that goes on in the next one would be counted wrongly. From the first of the wide scripts on a character may take two columns. */
function cutTo(columns: number, line: string): string {
  let width = 0;
  const kept = (line.match(CHARACTERS) ?? []).filter((character) => {
    if (character.startsWith(COLOUR)) return true;
    width += character < FIRST_WIDE || BOXES.test(character) ? 1 : 2;
    return width <= columns;
  });
  return kept.join('');
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
