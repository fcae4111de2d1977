import type { ReelwayError } from '../../contracts/model/errors';
import { printable, shortened, type Style } from './text';

/** A stack of causes says more than anybody reads, and its end is where the trouble began. */
const MAX_CAUSES = 3;
const MAX_LINE = 500;
/** A message of ours may list what is wrong, one thing a line. */
const MAX_LINES = 60;

/** What happened, why, and what to do next; no stack trace. */
export function renderError(error: ReelwayError, style: Style): string[] {
  const causes = causesOf(error).slice(0, MAX_CAUSES);
  const [first = '', ...more] = error.message.split('\n').slice(0, MAX_LINES);
  return [
    `${style.red(`error ${error.code}`)} ${line(first)}`,
    ...more.map((text) => `  ${line(text)}`),
    ...causes.map((cause) => `  because: ${line(cause)}`),
    `  next: ${line(error.hint)}`,
  ];
}

const line = (text: string): string => shortened(printable(text), MAX_LINE);

/** Messages of the causes that say something the message above them does not. */
function causesOf(error: Error): string[] {
  const found: string[] = [];
  let said = error.message;
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    if (cause.message !== '' && !said.includes(cause.message)) found.push(cause.message);
    said += cause.message;
  }
  return found;
}
