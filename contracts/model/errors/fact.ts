import type { ErrorRow } from './row';

/** Why a fact changed nothing: the outcome code of an event. */
export const FACT = {
  NOT_EXECUTOR: {
    title: 'Another service announced a stage that we execute ourselves.',
    hint: 'Nothing to do; configure the executor of the stage as "service" if that service shall do it.',
  },
  EARLIER_REVISION: {
    title: 'The fact is about an earlier upload or generation.',
    hint: 'Nothing to do.',
  },
  CONTENT_FINISHED: { title: 'The content had already ended.', hint: 'Nothing to do.' },
  SAME_FACT: {
    title: 'The same fact had arrived before under another event id.',
    hint: 'Nothing to do.',
  },
  OLDER_UPDATE: {
    title: 'A newer update of the media asset stands.',
    hint: 'Nothing to do; the conflict is listed: reelway assets conflicts',
  },
  STAGE_DONE: { title: 'The stage had already ended with another result.', hint: 'Nothing to do.' },
  OLDER_THAN_FLAG: {
    title: 'The decision is older than the flag that is open.',
    hint: 'Decide again, having seen the newer flag.',
  },
  OLDER_DECISION: { title: 'A newer decision stands.', hint: 'Nothing to do.' },
  SECOND_UPLOAD: {
    title: 'A second upload came for content that did not ask for one.',
    hint: 'Cancel the running one first, or upload under a new content id.',
  },
  NOT_STARTED: {
    title: 'The content has no upload yet; the fact waits for it.',
    hint: 'Nothing to do; the upload event re-opens it.',
  },
} as const satisfies Record<string, ErrorRow>;
