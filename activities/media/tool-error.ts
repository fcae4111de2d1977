import { ReelwayError, type ErrorCode } from '../../contracts/model/errors';

/** Which code a failing tool gets; `stalled` and `timedOut` default to `failed`. */
export interface ToolCodes {
  readonly failed: ErrorCode;
  readonly stalled?: ErrorCode;
  readonly timedOut?: ErrorCode;
}

export type ToolEnd = 'exit' | 'signal' | 'stall' | 'timeout' | 'output';

/** A tool that did not do its work. `stderr` is the tail of what it said; it never holds a key. */
export class ToolError extends ReelwayError {
  constructor(
    code: ErrorCode,
    readonly end: ToolEnd,
    readonly stderr: string,
    message: string,
  ) {
    super(code, message);
  }
}

/** One sentence for people: the tool, how it ended, and the last lines it said. */
export function describeEnd(tool: string, how: string, stderr: string): string {
  const said = lastLines(stderr, 3);
  return said === '' ? `${tool} ${how}.` : `${tool} ${how}: ${said}`;
}

const lastLines = (text: string, count: number): string =>
  text
    .trim()
    .split('\n')
    .slice(-count)
    .map((line) => line.trim())
    .join(' | ');
