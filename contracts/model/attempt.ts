/**
 * Names one failure of a content: the attempt of a stage or rendition that failed, in its revision and generation. A retry
 * that brings it answers that failure and no later one.
 */
export const attemptToken = (of: { generation: number; revision: number }, attempt: number): string =>
  `g${String(of.generation)}r${String(of.revision)}a${String(attempt)}`;

export const ATTEMPT_TOKEN = /^g\d{1,9}r\d{1,9}a\d{1,9}$/;
