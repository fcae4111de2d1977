import { z } from 'zod';
import { REPROCESS_STAGES } from '../../contracts/model/generation';
import { gc } from '../gc';
import { recover } from '../generations/recover';
import { reprocess } from '../generations/reprocess';
import { restore } from '../generations/restore';
import { takedown } from '../generations/takedown';
import { command } from './fields';
import { operation } from './operation';

/** What can be done about content that has no run. */
export const finished = {
  takedown: operation({
    method: 'POST',
    path: '/contents/{contentId}/takedown',
    right: 'admin',
    about: 'Hide content from everybody at once, also while Temporal is down.',
    input: z.strictObject(command),
    run: (deps, actor, input) => takedown(deps, { ...input, actor }),
  }),
  restore: operation({
    method: 'POST',
    path: '/contents/{contentId}/restore',
    right: 'admin',
    about: 'Undo a takedown, as a new generation.',
    input: z.strictObject(command),
    run: (deps, actor, input) => restore(deps, { ...input, actor }),
  }),
  reprocess: operation({
    method: 'POST',
    path: '/contents/{contentId}/reprocess',
    right: 'operator',
    about: 'Do finished content again from a stage on, beside what viewers have.',
    input: z.strictObject({ ...command, from: z.enum(REPROCESS_STAGES) }),
    run: (deps, actor, input) => reprocess(deps, { ...input, actor }),
  }),
  recover: operation({
    method: 'POST',
    path: '/contents/{contentId}/recover',
    right: 'operator',
    about: 'Begin another run of content whose run was ended or deleted outside, where that one stood.',
    input: z.strictObject(command),
    run: (deps, actor, input) => recover(deps, { ...input, actor }),
  }),
  gc: operation({
    method: 'POST',
    path: '/gc',
    right: 'viewer',
    more: { right: 'admin', when: 'with remove', if: ({ remove }) => remove },
    about: 'Outputs that nobody needs any more; a line each, as they are found or removed.',
    input: z.strictObject({ remove: z.boolean() }),
    stream: true,
    run: (deps, actor, input) => gc(deps, { ...input, actor }),
  }),
};
