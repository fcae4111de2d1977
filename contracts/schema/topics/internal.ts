import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../../model/errors';
import { STAGES, STATUSES, VISIBILITIES } from '../../model/status';
import { contentId, id } from '../fields';

const ERROR_CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

/** Every transition of a run; read by our own console and creator feed only. cause_event_id: the event that led to it. */
export const lifecycleEvent = z.object({
  content_id: contentId,
  generation: z.int().min(1),
  revision: z.int().min(1),
  stage: z.enum(STAGES),
  status: z.enum(STATUSES),
  visibility: z.enum(VISIBILITIES),
  attention: z.boolean(),
  code: z.enum(ERROR_CODES).nullable(),
  cause_event_id: id.nullable(),
});
