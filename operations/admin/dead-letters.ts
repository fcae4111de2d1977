import { z } from 'zod';
import { deadLetter, deadLetterHours, deadLetters, exportDeadLetters } from '../dead-letters';
import { correct } from '../dead-letters-correct';
import { discard } from '../dead-letters-discard';
import { deadLetterFilter, deadLetterInput } from '../dead-letters-input';
import { redrive } from '../dead-letters-redrive';
import { countSelected } from '../dead-letters-select';
import { bytes, commandId, reason } from './fields';
import { MASK, operation } from './operation';

const id = z.string().meta({ description: 'id of a dead letter' });

/** Those of a filter, oldest first. */
const found = {
  filter: deadLetterFilter.exactOptional(),
  limit: z.number().exactOptional().meta({ description: 'at most so many of the filter' }),
  after: z.string().exactOptional().meta({ description: 'only letters with a higher id' }),
};
/** Those named, or those of a filter. */
const selection = { ...found, ids: z.array(id).exactOptional() };

/** What others sent is secret-class: bytes, keys and headers are for admins. */
export const deadLetterOperations = {
  deadLetters: operation({
    method: 'GET',
    path: '/dead-letters',
    right: 'viewer',
    about: 'List dead letters, newest first. Record keys are shown to admins.',
    input: deadLetterInput,
    run: (deps, _actor, input) => deadLetters(deps, input),
    masked: (letters) => letters.map((letter) => ({ ...letter, key: letter.key === null ? null : MASK })),
  }),
  deadLetterHours: operation({
    method: 'GET',
    path: '/dead-letters/hours',
    right: 'viewer',
    about: 'Count dead letters per topic, code and hour.',
    input: deadLetterInput.omit({ after: true }),
    run: (deps, _actor, input) => deadLetterHours(deps, input),
  }),
  countDeadLetters: operation({
    method: 'POST',
    path: '/dead-letters/count',
    right: 'viewer',
    about: 'How many dead letters a command would be about now.',
    input: z.strictObject(selection),
    run: (deps, _actor, input) => countSelected(deps, input),
  }),
  deadLetter: operation({
    method: 'GET',
    path: '/dead-letters/{id}',
    right: 'admin',
    about: 'One dead letter with its headers and bytes.',
    input: z.strictObject({ id }),
    run: (deps, _actor, input) => deadLetter(deps, input.id),
  }),
  exportDeadLetters: operation({
    method: 'POST',
    path: '/dead-letters/export',
    right: 'admin',
    about: 'Dead letters with their bytes as base64, oldest first.',
    input: z.strictObject(found),
    stream: true,
    run: (deps, _actor, input) => exportDeadLetters(deps, input),
  }),
  redriveDeadLetters: operation({
    method: 'POST',
    path: '/dead-letters/redrive',
    right: 'operator',
    more: {
      right: 'admin',
      when: 'with force or with corrected bytes',
      if: ({ force, correction }) => force === true || correction !== undefined,
    },
    about: 'Bring dead letters in again, oldest first; a result per letter, as it comes.',
    input: z.strictObject({
      ...selection,
      ...{ commandId, reason: reason.exactOptional() },
      dryRun: z.boolean().exactOptional(),
      force: z.boolean().exactOptional(),
      rate: z.number().exactOptional().meta({ description: 'at most so many a second' }),
      correction: bytes.exactOptional(),
    }),
    stream: true,
    run: (deps, actor, input) => redrive(deps, { ...input, actor }),
  }),
  discardDeadLetters: operation({
    method: 'POST',
    path: '/dead-letters/discard',
    right: 'admin',
    about: 'Give dead letters up; a result per letter, as it comes.',
    input: z.strictObject({ ...selection, commandId, reason, dryRun: z.boolean().exactOptional() }),
    stream: true,
    run: (deps, actor, input) => discard(deps, { ...input, actor }),
  }),
  correctDeadLetter: operation({
    method: 'POST',
    path: '/dead-letters/{id}/correction',
    right: 'admin',
    about: 'Store corrected bytes beside the original; a redrive takes them.',
    input: z.strictObject({ id, commandId, reason, value: bytes }),
    run: (deps, actor, input) => correct(deps, { ...input, actor }),
  }),
};
