import { z } from 'zod';
import { contentRecord, type ContentRecordInput } from '../../contracts/schema/record';
import { auditOf } from '../audit';
import { explain } from '../explain';
import { glance } from '../glance';
import { list, listInput } from '../list';
import { register } from '../register';
import { show } from '../show';
import { summaryOf, type ContentSummary } from '../views';
import { contentId } from './fields';
import { maskedAudit, maskedContent, maskedExplanation, maskedGlance } from './mask';
import { operation } from './operation';

/** The result of a registration. */
export interface Registered extends ContentSummary {
  outcome: 'created' | 'changed' | 'unchanged';
  metadataVersion: number;
}

const one = z.strictObject({ contentId });

export const contents = {
  list: operation({
    method: 'GET',
    path: '/contents',
    right: 'viewer',
    about: 'List contents, newest change first, a page at a time.',
    input: listInput,
    run: (deps, _actor, input) => list(deps, input),
  }),
  show: operation({
    method: 'GET',
    path: '/contents/{contentId}',
    right: 'viewer',
    about: 'Everything known of one content. Object keys are shown to admins.',
    input: one,
    run: (deps, _actor, input) => show(deps, input.contentId),
    masked: maskedContent,
  }),
  glance: operation({
    method: 'GET',
    path: '/contents/{contentId}/glance',
    right: 'viewer',
    about: 'Where one content stands now: cheap enough to be asked again and again.',
    input: one,
    run: (deps, _actor, input) => glance(deps, input.contentId),
    masked: maskedGlance,
  }),
  explain: operation({
    method: 'GET',
    path: '/contents/{contentId}/explanation',
    right: 'viewer',
    about: 'Why a content stands where it stands, who has to act, and with which command.',
    input: one,
    run: (deps, _actor, input) => explain(deps, input.contentId),
    masked: maskedExplanation,
  }),
  audit: operation({
    method: 'GET',
    path: '/contents/{contentId}/audit',
    right: 'viewer',
    about: 'What people commanded about one content, oldest first.',
    input: one,
    run: (deps, _actor, input) => auditOf(deps, input.contentId),
    masked: maskedAudit,
  }),
  register: operation<ContentRecordInput, Promise<Registered>>({
    method: 'PUT',
    path: '/contents/{contentId}',
    right: 'operator',
    about: 'Write the record of a content; again before its publication: change it.',
    input: contentRecord,
    run: async (deps, actor, record) => {
      const { content, outcome } = await register(deps, actor, record);
      return { ...summaryOf(content), outcome, metadataVersion: content.metadataVersion };
    },
  }),
};
