import { z } from 'zod';
import { DECISIONS, STAGES } from '../../contracts/model/status';
import { cancel, decide, extend, retry } from '../commands';
import { command } from './fields';
import { operation } from './operation';

const stage = z.enum(STAGES);

/** Each is written to the audit first, and answered with the state right after it. */
export const commands = {
  retry: operation({
    method: 'POST',
    path: '/contents/{contentId}/retry',
    right: 'operator',
    about: 'Go on with a parked stage.',
    input: z.strictObject({ ...command, stage: stage.exactOptional() }),
    run: (deps, actor, input) => retry(deps, { ...input, actor }),
  }),
  cancel: operation({
    method: 'POST',
    path: '/contents/{contentId}/cancel',
    right: 'operator',
    about: 'End a run that is not published, and remove what it made.',
    input: z.strictObject(command),
    run: (deps, actor, input) => cancel(deps, { ...input, actor }),
  }),
  extend: operation({
    method: 'POST',
    path: '/contents/{contentId}/extend',
    right: 'operator',
    about: 'Give a service, a reviewer or the creator more time.',
    input: z.strictObject({ ...command, stage: stage.exactOptional(), byMs: z.number() }),
    run: (deps, actor, input) => extend(deps, { ...input, actor }),
  }),
  decide: operation({
    method: 'POST',
    path: '/contents/{contentId}/decide',
    right: 'operator',
    more: { right: 'admin', when: 'for REMOVED', if: ({ decision }) => decision === 'REMOVED' },
    about: 'Answer the open flags of a content as its reviewer.',
    input: z.strictObject({ ...command, decision: z.enum(DECISIONS) }),
    run: (deps, actor, input) => decide(deps, { ...input, actor }),
  }),
};
