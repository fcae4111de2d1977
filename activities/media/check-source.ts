import { ReelwayError } from '../../contracts/model/errors';
import type { SourceProbe } from './source-probe';

export interface CheckSourceInput {
  readonly probe: SourceProbe;
  readonly contentType: 'VIDEO' | 'AUDIO';
}

/** Holds the content type against what is in the file; cover art is no video stream. Error: SOURCE_WRONG_TYPE. */
export function checkSource({ probe, contentType }: CheckSourceInput): void {
  if (contentType === 'VIDEO' && probe.video === null) {
    throw new ReelwayError('SOURCE_WRONG_TYPE', 'The upload says VIDEO; the file has no video stream.');
  }
  if (contentType === 'AUDIO' && probe.audio === null) {
    throw new ReelwayError('SOURCE_WRONG_TYPE', 'The upload says AUDIO; the file has no audio stream.');
  }
  if (contentType === 'AUDIO' && probe.video !== null) {
    throw new ReelwayError('SOURCE_WRONG_TYPE', 'The upload says AUDIO; the file has a video stream.');
  }
}
