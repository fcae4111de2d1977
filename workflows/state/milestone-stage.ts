import type { Stage } from '../../contracts/model/status';
import type { MilestoneTopic } from '../../contracts/model/topics';

/** The stage whose work a refused milestone tells about. */
export const STAGE_OF: Record<MilestoneTopic, Stage | null> = {
  'media.transcoded': 'transcode',
  'moderation.flagged': 'moderate',
  'moderation.approved': 'moderate',
  'media.drm.packaged': 'package',
  'media.published': 'publish',
  'media.unpublished': null,
  'internal.lifecycle.events': null,
};
