import { z } from 'zod';
import { DECISIONS, STAGES, TASK_PRIORITIES } from '../../contracts/model/status';
import { cancel, decide, extend, hold, release, reprioritise, retry, skip } from '../commands';
import { correctionInput } from '../commands/correction';
import { command } from './fields';
import { operation } from './operation';

const stage = z.enum(STAGES);
const rendition = z.string().meta({ description: 'such as 720p or a128' });

/** Each is written to the audit first, and answered with the state right after it. */
export const commands = {
  retry: operation({
    method: 'POST',
    path: '/contents/{contentId}/retry',
    right: 'operator',
    about: 'Go on with a parked stage or rendition, also with corrected input.',
    input: z.strictObject({
      ...command,
      stage: stage.exactOptional(),
      rendition: rendition.exactOptional(),
      attempt: z.string().exactOptional().meta({ description: 'token of the failure it answers' }),
      with: correctionInput.exactOptional(),
    }),
    run: (deps, actor, input) => retry(deps, { ...input, actor }),
  }),
  skip: operation({
    method: 'POST',
    path: '/contents/{contentId}/skip',
    right: 'operator',
    more: { right: 'moderation-skip', when: 'for the stage moderate', if: (input) => input.stage === 'moderate' },
    about: 'Go on without a rendition, or without moderation, which is recorded as a decision.',
    input: z.strictObject({ ...command, stage: stage.exactOptional(), rendition: rendition.exactOptional() }),
    run: (deps, actor, input) => skip(deps, { ...input, actor }),
  }),
  hold: operation({
    method: 'POST',
    path: '/contents/{contentId}/hold',
    right: 'operator',
    about: 'Begin nothing new, and let deadlines stand still.',
    input: z.strictObject(command),
    run: (deps, actor, input) => hold(deps, { ...input, actor }),
  }),
  release: operation({
    method: 'POST',
    path: '/contents/{contentId}/release',
    right: 'operator',
    about: 'Go on after a hold.',
    input: z.strictObject(command),
    run: (deps, actor, input) => release(deps, { ...input, actor }),
  }),
  reprioritise: operation({
    method: 'POST',
    path: '/contents/{contentId}/reprioritise',
    right: 'operator',
    about: 'Have the work of a content taken sooner or later, from its next activity on.',
    input: z.strictObject({ ...command, priority: z.literal(TASK_PRIORITIES) }),
    run: (deps, actor, input) => reprioritise(deps, { ...input, actor }),
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
    input: z.strictObject({
      ...command,
      decision: z.enum(DECISIONS),
      flag: z.string().exactOptional().meta({ description: 'key of the newest flag that the reviewer has seen' }),
    }),
    run: (deps, actor, input) => decide(deps, { ...input, actor }),
  }),
};
