import { ERRORS, isErrorCode } from '../../contracts/model/errors';
import type { DeadLetter, DeadLetterWithValue } from '../../operations/dead-letters';
import { printable, shortened, table, type Style } from './text';
import { ago } from './time';

const MAX_REASON = 60;
/** A record may have megabytes; -o json has all of it. */
const MAX_VALUE = 4_000;

export const renderDeadLetters = (letters: readonly DeadLetter[], now: number): string[] =>
  table(
    ['ID', 'WHEN', 'STATUS', 'TOPIC', 'PLACE', 'CODE', 'CONTENT', 'REASON'],
    letters.map((letter) => [
      letter.id,
      ago(letter.at, now),
      statusOf(letter),
      printable(letter.topic),
      placeOf(letter),
      letter.code,
      printable(letter.contentId ?? '-'),
      shortened(printable(letter.reason), MAX_REASON),
    ]),
  );

const statusOf = ({ status, redrives, repeats, corrected }: DeadLetter): string =>
  [
    status,
    ...(repeats > 0 ? [`came ${String(repeats + 1)}x`] : []),
    ...(redrives > 0 ? [`tried ${String(redrives)}x`] : []),
    ...(corrected ? ['corrected'] : []),
  ].join(', ');

const placeOf = ({ partition, offset }: DeadLetter): string => `${String(partition)}/${offset}`;

export function renderDeadLetter(letter: DeadLetterWithValue, now: number, { bold, red, dim }: Style): string[] {
  const hint = isErrorCode(letter.code) ? ERRORS[letter.code].hint : '';
  return [
    `${bold(`dead letter ${letter.id}`)} ${red(letter.code)} ${ago(letter.at, now)}`,
    `  why      ${printable(letter.reason)}`,
    `  status   ${statusOf(letter)}${letter.lastCode === null ? '' : `, last: ${letter.lastCode}`}`,
    `  place    ${printable(letter.topic)} ${placeOf(letter)}`,
    `  sent     ${letter.recordedAt ?? '-'}`,
    `  key      ${printable(letter.key ?? '-')}${letter.keyEncoding === 'base64' ? ' (base64)' : ''}`,
    `  event    ${printable(letter.eventId ?? '-')}`,
    `  content  ${printable(letter.contentId ?? '-')}`,
    ...Object.entries(letter.headers).map(([name, value]) => `  header   ${printable(name)}: ${printable(value)}`),
    dim(`value (${letter.encoding})`),
    shortened(printable(letter.value ?? '-'), MAX_VALUE),
    ...renderCorrection(letter, dim),
    ...letter.history.map(({ at, actor, verb, reason }) => `${at} ${printable(actor)} ${verb}: ${printable(reason)}`),
    `next: ${hint}`,
  ];
}

function renderCorrection({ correction }: DeadLetterWithValue, dim: Style['dim']): string[] {
  if (!correction) return [];
  const { at, actor, reason, encoding, value } = correction;
  return [
    dim(`corrected (${encoding}) by ${printable(actor)} at ${at}: ${printable(reason)}`),
    shortened(printable(value ?? '-'), MAX_VALUE),
  ];
}
