/**
 * What a terminal would obey instead of show: control characters (C0 with ESC, DEL, C1), line separators, marks that turn
 * the writing direction, and halves of surrogate pairs.
 */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu;

const NAMED: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Text of others, safe on a terminal and on one line. */
export const printable = (text: string): string =>
  text.replace(UNPRINTABLE, (character) => NAMED[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);

/** Cut to so many characters, with an ellipsis. */
export function shortened(text: string, max: number): string {
  const characters = Array.from(text);
  return characters.length <= max ? text : `${characters.slice(0, max - 1).join('')}…`;
}

type Paint = (text: string) => string;
export type Style = Readonly<Record<'bold' | 'dim' | 'red' | 'green' | 'yellow', Paint>>;

const sgr =
  (on: number, off: number, enabled: boolean) =>
  (text: string): string =>
    enabled && text !== '' ? `\u001b[${String(on)}m${text}\u001b[${String(off)}m` : text;

export const styleOf = (enabled: boolean): Style => ({
  bold: sgr(1, 22, enabled),
  dim: sgr(2, 22, enabled),
  red: sgr(31, 39, enabled),
  green: sgr(32, 39, enabled),
  yellow: sgr(33, 39, enabled),
});

/** Colours only where a person looks, and only if that person wants them (https://no-color.org). */
export const wantsColour = (stream: { isTTY?: boolean }, env: Record<string, string | undefined>): boolean =>
  stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';

const SGR = /\u001b\[\d+m/g;
const widthOf = (cell: string): number => Array.from(cell.replace(SGR, '')).length;

/** Aligned columns, two blanks apart, without blanks at line ends. No rows: only the heads. */
export function table(heads: string[], rows: string[][]): string[] {
  const all = [heads, ...rows];
  const widths = heads.map((_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ''))));
  return all.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)))
      .join('  ')
      .trimEnd(),
  );
}
