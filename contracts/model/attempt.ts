interface Of {
  generation: number;
  revision: number;
}

/**
 * Names one failure of a content: what failed (a stage, renditions joined with "+", or "undo"), in which revision and
 * generation, and in which attempt. "g1r1.720p.a2". A retry that brings it answers that failure and no other.
 */
export const attemptToken = ({ generation, revision }: Of, failed: string, attempt: number): string =>
  `g${String(generation)}r${String(revision)}.${failed}.a${String(attempt)}`;

/** What failed in a compensation. */
export const UNDO = 'undo';

export const ATTEMPT_TOKEN = /^g\d{1,9}r\d{1,9}(\.[\w+-]{1,200})?\.?a\d{1,9}$/;

/** Contents that were parked before a token said what failed, and stored runs, name the attempt alone: "g1r1a2". */
export const namesAttempt = (token: string, standing: string): boolean =>
  token === standing || token === standing.replace(/\..*\./, '');
