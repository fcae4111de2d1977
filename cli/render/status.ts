import type { StageStatus, Status } from '../../contracts/model/status';
import type { Style } from './text';

const GOOD = new Set<string>(['PUBLISHED', 'DONE'] satisfies (Status | StageStatus)[]);
const BAD = new Set<string>(['PARKED', 'FAILED', 'REMOVED', 'CANCELLED'] satisfies (Status | StageStatus)[]);
const WAITS = new Set<string>(['WAITING', 'AWAITING_REVIEW', 'AWAITING_CREATOR', 'COMPENSATING'] satisfies (
  Status | StageStatus
)[]);

/** Green: reached its end well. Red: somebody must look. Yellow: waits for somebody. */
export function statusColour(status: string, style: Style): (text: string) => string {
  if (GOOD.has(status)) return style.green;
  if (BAD.has(status)) return style.red;
  return WAITS.has(status) ? style.yellow : (text) => text;
}
