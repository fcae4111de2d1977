import type { ErrorRow } from './row';

/** A person's command was refused in this state. */
export const REFUSAL = {
  CONTENT_NOT_FOUND: { title: 'There is no such content.', hint: 'List them: reelway content list' },
  NOT_FOUND: {
    title: 'There is no such thing.',
    hint: 'List what there is and use an id from the list.',
  },
  ALREADY_FINISHED: {
    title: 'The content has already ended.',
    hint: 'Look at it: reelway content show ID',
  },
  NOT_PARKED: {
    title: 'The stage is not parked, so there is nothing to retry.',
    hint: 'Look at the stages: reelway content show ID',
  },
  NOT_WAITING: {
    title: 'Nothing waits with a deadline now.',
    hint: 'See what it waits for: reelway content explain ID',
  },
  BUILD_NOT_RUNNING: {
    title: 'No worker runs this build of the workflow code now.',
    hint: 'Start workers of it first; runs that are sent to it would stand still.',
  },
  BEING_UNDONE: {
    title: 'The content is being cancelled; what it made is being removed.',
    hint: 'Follow it: reelway content watch ID',
  },
  ATTEMPT_STALE: {
    title: 'The failure that the command names is not the one that stands; somebody has answered it.',
    hint: 'Look at it again: reelway content explain ID',
  },
  NOT_CORRECTABLE: {
    title: 'This input cannot be corrected where the content stands now.',
    hint: 'rawKey goes with upload or transcode, ladder with transcode, executor with transcode, moderate or package.',
  },
  NO_SUCH_RENDITION: {
    title: 'The content has no rendition of that name.',
    hint: 'See which it has: reelway content show ID',
  },
  LAST_RENDITION: {
    title: 'Without it nothing would be left to show or to hear.',
    hint: 'Retry it, or cancel the content.',
  },
  ALREADY_DONE: {
    title: 'It is done or skipped already.',
    hint: 'Look at it: reelway content show ID',
  },
  NOT_SKIPPABLE: {
    title: 'This stage cannot be skipped: what it makes, or who decided, cannot be done without.',
    hint: 'Retry it, with corrected input if need be (retry --with), skip a rendition (--rendition), decide, or cancel.',
  },
  FLAG_OPEN: {
    title: 'A flag is open, and only a decision answers a flag.',
    hint: 'Decide: reelway content decide ID DECISION --reason TEXT',
  },
  DECISION_STALE: {
    title: 'A newer flag or a newer decision stands than the one that the decision knows of.',
    hint: 'Look at the flags again, then decide: reelway content show ID',
  },
  CONTENT_HELD: {
    title: 'The content is held: nothing begins and deadlines stand still.',
    hint: 'Release it first: reelway content release ID --reason TEXT',
  },
  NOT_HELD: {
    title: 'Nobody holds the content.',
    hint: 'See what it waits for: reelway content explain ID',
  },
  PAST_NO_RETURN: {
    title: 'The content is already visible; it cannot be cancelled.',
    hint: 'Decide it REMOVED instead.',
  },
  ALREADY_REMOVED: {
    title: 'The content is taken down already.',
    hint: 'To undo that: reelway content restore ID --reason TEXT',
  },
  NOT_REMOVED: {
    title: 'The content is not taken down, so there is nothing to restore.',
    hint: 'Look at it: reelway content show ID',
  },
  NOT_FINISHED: {
    title: 'A run of the content is open, and only finished content begins another one.',
    hint: 'Wait for its end, or end it: reelway content explain ID',
  },
  NOT_LOST: {
    title: 'The content has not lost its run.',
    hint: 'See what it waits for: reelway content explain ID',
  },
  NOTHING_TO_TAKE_OVER: {
    title: 'What the stages before would hand over is not there any more.',
    hint: 'Begin at an earlier stage: reelway content reprocess ID --from upload --reason TEXT',
  },
  RECORD_FIXED: {
    title: 'Creator, residency and content type of a content are fixed once its upload came.',
    hint: 'Keep the three as they are, or register the content under another id.',
  },
  ALREADY_REDRIVEN: {
    title: 'The dead letter went in again before.',
    hint: 'Nothing to do; see what became of it: reelway content show ID',
  },
  DEAD_LETTER_DISCARDED: {
    title: 'Somebody gave the dead letter up.',
    hint: 'To bring it in all the same: reelway dlq redrive ID --force --reason TEXT',
  },
  DEAD_LETTER_QUARANTINED: {
    title: 'The dead letter was redriven in vain too often.',
    hint: 'Look at it: reelway dlq show ID. With the cause gone: reelway dlq redrive ID --force --reason TEXT',
  },
  CORRECTION_INVALID: {
    title: 'The corrected bytes would be a dead letter as well, or are an event that has come before.',
    hint: 'Correct what the message names; nothing was stored.',
  },
  REASON_MISSING: { title: 'The command needs a reason.', hint: 'Give --reason TEXT.' },
  COMMAND_ID_REUSED: {
    title: 'The command id was used before for another command.',
    hint: 'Leave --command-id out, or use a new one.',
  },
  INPUT_INVALID: {
    title: 'The input does not meet its schema.',
    hint: 'The message names the fields.',
  },
  UNAUTHENTICATED: {
    title: 'The request has no valid token.',
    hint: 'Set REELWAY_API_TOKEN to a token that is in use; an admin makes one with: reelway api token',
  },
  RIGHT_MISSING: {
    title: 'The token does not have the right that this needs.',
    hint: 'Ask somebody who has the right that the message names.',
  },
  BODY_TOO_LARGE: {
    title: 'The request is over the size limit.',
    hint: 'Send less at once.',
  },
  MEDIA_TYPE_UNSUPPORTED: {
    title: 'The body is not plain JSON.',
    hint: 'Send application/json, not compressed.',
  },
  REQUEST_TIMEOUT: {
    title: 'The request did not arrive in time.',
    hint: 'Send it again, faster.',
    retryable: true,
  },
  TOO_MANY_REQUESTS: {
    title: 'The token sent more requests than it may.',
    hint: 'Wait as long as Retry-After says. The API has the limits: REELWAY_API_REQUESTS_PER_MINUTE of an admin token, REELWAY_SERVICE_REQUESTS_PER_MINUTE of a service.',
    retryable: true,
  },
  NOT_PAUSED: {
    title: 'Nothing is paused under that name.',
    hint: 'See reelway bridge status.',
  },
} as const satisfies Record<string, ErrorRow>;
