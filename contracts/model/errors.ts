/**
 * Every failure Reelway names. One row per code; docs/errors.md has a section per row, and a test holds the two equal.
 *
 * class
 * - creator:  the upload itself is bad; the item waits for a new upload, no operator attention
 * - platform: trouble of ours; the stage parks and asks for an admin
 * - fact:     why a fact changed nothing (outcome code of an event)
 * - dead:     the record cannot be used as it is; it becomes a dead letter
 * - refusal:  a person's command was refused in this state
 * - setup:    configuration, local tools or a service that is not reachable
 */
export type ErrorClass = 'creator' | 'platform' | 'fact' | 'dead' | 'refusal' | 'setup';

interface ErrorRow {
  readonly class: ErrorClass;
  /** One sentence: what happened. */
  readonly title: string;
  /** One sentence: what to do next. */
  readonly hint: string;
  /** True where trying the same thing again can help without a change. Default false. */
  readonly retryable?: true;
}

export const ERRORS = {
  SOURCE_EMPTY: { class: 'creator', title: 'The uploaded file has no bytes.', hint: 'Upload the file again.' },
  SOURCE_UNREADABLE: {
    class: 'creator',
    title: 'The uploaded file is not a media container we read.',
    hint: 'Upload MP4, MOV, Matroska, WebM, MPEG-TS, AVI, FLV, ASF, MP3, WAV, FLAC, Ogg or AAC.',
  },
  SOURCE_TRUNCATED: {
    class: 'creator',
    title: 'The uploaded file ends before its declared duration.',
    hint: 'Upload the complete file again.',
  },
  SOURCE_CORRUPT: {
    class: 'creator',
    title: 'The uploaded file has damaged media data.',
    hint: 'Export the file again and upload it.',
  },
  SOURCE_WRONG_TYPE: {
    class: 'creator',
    title: 'The uploaded file does not hold what its content type promises.',
    hint: 'Upload a file with a video stream for VIDEO, with sound for AUDIO.',
  },
  SOURCE_OVER_LIMIT: {
    class: 'creator',
    title: 'The uploaded file is over a limit (bytes, pixels, duration or streams).',
    hint: 'Upload a smaller file, or ask an admin to raise the limit.',
  },
  EDIT_REQUESTED: {
    class: 'creator',
    title: 'A reviewer asked the creator for an edited upload.',
    hint: 'Upload an edited file under the same content id.',
  },
  EDIT_EXPIRED: {
    class: 'creator',
    title: 'No new upload came in the time given for it.',
    hint: 'Register a new content record and upload again.',
  },
  RAW_KEY_UNSAFE: {
    class: 'platform',
    title: 'The raw object key is not a plain relative key.',
    hint: 'Correct the upload service; keys have no scheme, "//", "..", backslash, leading "-" or control character.',
  },
  RAW_KEY_TAKEN: {
    class: 'platform',
    title: 'The raw object key belongs to another content or to another residency.',
    hint: 'Find out which service reused the key; upload under a key of its own.',
  },
  RAW_OBJECT_MISSING: {
    class: 'platform',
    title: 'The object store has no object under the raw key.',
    hint: 'Store the object under its key, then retry the upload stage.',
    retryable: true,
  },
  CREATOR_MISMATCH: {
    class: 'platform',
    title: 'The upload names another creator than the content record.',
    hint: 'Correct the record or the upload service, then retry the upload stage.',
  },
  RESIDENCY_MISMATCH: {
    class: 'platform',
    title: 'The upload names another residency than the content record.',
    hint: 'Correct the record or the upload service, then retry the upload stage.',
  },
  CONTENT_TYPE_MISMATCH: {
    class: 'platform',
    title: 'The upload names another content type than the content record.',
    hint: 'Correct the record or the upload service, then retry the upload stage.',
  },
  PROBE_FAILED: {
    class: 'platform',
    title: 'The source could not be examined in time.',
    hint: 'Look at the worker log, then retry the upload stage.',
    retryable: true,
  },
  TRANSCODE_FAILED: {
    class: 'platform',
    title: 'A rendition could not be encoded.',
    hint: 'Look at the failure of the rendition, then retry the transcode stage.',
    retryable: true,
  },
  TRANSCODE_STALLED: {
    class: 'platform',
    title: 'The encoder made no progress and was killed.',
    hint: 'Check the load of the worker, then retry the transcode stage.',
    retryable: true,
  },
  RENDITION_INVALID: {
    class: 'platform',
    title: 'An encoded rendition is not as long as its source, or cannot be read back.',
    hint: 'Retry the transcode stage; if it happens again, keep the source for analysis.',
    retryable: true,
  },
  PACKAGE_FAILED: {
    class: 'platform',
    title: 'The packager failed.',
    hint: 'Look at the failure of the stage, then retry the package stage.',
    retryable: true,
  },
  PACKAGE_INVALID: {
    class: 'platform',
    title: 'A packaged set did not pass verification (key id, scheme, manifests, or a decrypt).',
    hint: 'Retry the package stage; nothing of the set was announced.',
    retryable: true,
  },
  KEY_UNAVAILABLE: {
    class: 'platform',
    title: 'The content key could not be made or unwrapped.',
    hint: 'Check the key-encryption key of the key store, then retry the package stage.',
    retryable: true,
  },
  CHECK_FAILED: {
    class: 'platform',
    title: 'A moderation check could not be run.',
    hint: 'The content waits in review: decide it by hand.',
    retryable: true,
  },
  ALL_CHECKS_DOWN: {
    class: 'platform',
    title: 'No moderation check could be run; the content is held.',
    hint: 'Retry the moderate stage when the checks are back, or decide the content by hand.',
  },
  REVIEW_OPEN: {
    class: 'platform',
    title: 'The content is flagged and waits for a reviewer.',
    hint: 'Decide it: reelway content decide ID APPROVED|AGE_GATED|EDIT_REQUESTED|REMOVED --reason TEXT',
  },
  REVIEW_OVERDUE: {
    class: 'platform',
    title: 'The review is past its time.',
    hint: 'Decide the content; its review time has passed.',
  },
  MODERATION_SILENT: {
    class: 'platform',
    title: 'The moderation service said nothing in its grace time; the content waits for a reviewer.',
    hint: 'Decide the content, or ask the moderation service for its result.',
  },
  SERVICE_SILENT: {
    class: 'platform',
    title: 'The service that executes the stage sent no event before the deadline.',
    hint: 'Ask the service; its event still completes the stage. Retry waits for another deadline.',
  },
  STAGE_DEADLINE: {
    class: 'platform',
    title: 'The stage did not end before its deadline.',
    hint: 'Check workers and queues, then retry the stage.',
    retryable: true,
  },
  WORKER_LOST: {
    class: 'platform',
    title: 'The worker that did the work went silent, on every attempt.',
    hint: 'Check the workers of this queue (memory, restarts), then retry the stage.',
    retryable: true,
  },
  NO_WORKER: {
    class: 'platform',
    title: 'No worker took the work from its task queue in the expected time.',
    hint: 'Start a worker for this residency and queue; the work goes on by itself.',
    retryable: true,
  },
  HELD: {
    class: 'platform',
    title: 'An admin holds the content before its next stage.',
    hint: 'See who and why: reelway content explain ID. To let it go on: reelway content release ID --reason TEXT',
  },
  METADATA_MISSING: {
    class: 'platform',
    title: 'The content has no record with a title, so it cannot be published.',
    hint: 'Register the content (reelway content register), then retry the publish stage.',
  },
  METADATA_CHANGED: {
    class: 'platform',
    title: 'Title or description changed after the checks had read them.',
    hint: 'Nothing to do: the run has the new metadata checked and goes on.',
  },
  PUBLISH_REFUSED: {
    class: 'platform',
    title: 'The publication was refused: generation, decision, metadata or flags changed meanwhile.',
    hint: 'Look at flags and decisions of the content, then retry the publish stage.',
    retryable: true,
  },
  CONTENT_REMOVED: {
    class: 'platform',
    title: 'The content was taken down while its run was on the way to publication.',
    hint: 'Nothing to do: the run ends as REMOVED. To undo the takedown: reelway content restore ID',
  },
  MILESTONE_CONFLICT: {
    class: 'platform',
    title: 'A milestone was issued again with another payload.',
    hint: 'The first payload stands; report the run, then retry the stage.',
  },
  MILESTONE_INVALID: {
    class: 'platform',
    title: 'A milestone does not meet the schema of its topic and was not stored.',
    hint: 'Correct the metadata named in the message, then retry the stage.',
  },
  MILESTONE_TOO_LARGE: {
    class: 'platform',
    title: 'A milestone is over the message size limit and was not stored.',
    hint: 'Shorten the metadata named in the message, then retry the stage.',
  },
  COMPENSATION_FAILED: {
    class: 'platform',
    title: 'A step could not be undone.',
    hint: 'Remove the cause, then retry: the compensation goes on where it stopped.',
    retryable: true,
  },
  RUN_MISSING: {
    class: 'platform',
    title: 'The content is open in the database but Temporal knows no run of it.',
    hint: 'The fact is held; the run was removed behind our back and needs an admin.',
    retryable: true,
  },
  RESIDENCY_VIOLATION: {
    class: 'platform',
    title: 'Work of one residency reached a worker of another.',
    hint: 'Correct the task queues of the worker; nothing was read or written.',
  },
  INTERNAL: {
    class: 'platform',
    title: 'Something we did not expect.',
    hint: 'Look at the log line with this code and report it.',
    retryable: true,
  },
  NOT_EXECUTOR: {
    class: 'fact',
    title: 'Another service announced a stage that we execute ourselves.',
    hint: 'Nothing to do; configure the executor of the stage as "service" if that service shall do it.',
  },
  EARLIER_REVISION: {
    class: 'fact',
    title: 'The fact is about an earlier upload or generation.',
    hint: 'Nothing to do.',
  },
  CONTENT_FINISHED: { class: 'fact', title: 'The content had already ended.', hint: 'Nothing to do.' },
  SAME_FACT: {
    class: 'fact',
    title: 'The same fact had arrived before under another event id.',
    hint: 'Nothing to do.',
  },
  STAGE_DONE: { class: 'fact', title: 'The stage had already ended with another result.', hint: 'Nothing to do.' },
  OLDER_THAN_FLAG: {
    class: 'fact',
    title: 'The decision is older than the flag that is open.',
    hint: 'Decide again, having seen the newer flag.',
  },
  OLDER_DECISION: { class: 'fact', title: 'A newer decision stands.', hint: 'Nothing to do.' },
  SECOND_UPLOAD: {
    class: 'fact',
    title: 'A second upload came for content that did not ask for one.',
    hint: 'Cancel the running one first, or upload under a new content id.',
  },
  NOT_STARTED: {
    class: 'fact',
    title: 'The content has no upload yet; the fact waits for it.',
    hint: 'Nothing to do; the upload event re-opens it.',
  },
  NULL_VALUE: { class: 'dead', title: 'The record has no value.', hint: 'The producer must send a JSON message.' },
  NOT_JSON: { class: 'dead', title: 'The record is not JSON in UTF-8.', hint: 'Correct the producer.' },
  TOO_DEEP: { class: 'dead', title: 'The JSON is nested too deeply.', hint: 'Correct the producer.' },
  TOO_LARGE: { class: 'dead', title: 'The record is over the size limit.', hint: 'Correct the producer.' },
  UNSAFE_TEXT: {
    class: 'dead',
    title: 'The record holds a NUL character or half of a surrogate pair.',
    hint: 'Correct the producer.',
  },
  SCHEMA_INVALID: {
    class: 'dead',
    title: 'The record does not meet the schema of its topic.',
    hint: 'The reason names the fields; correct the producer.',
  },
  EVENT_ID_REUSED: {
    class: 'dead',
    title: 'The event id had come before with other content.',
    hint: 'The first one stands; the producer must make a new id for each event.',
  },
  FORGED_SOURCE: {
    class: 'dead',
    title: 'The record names us as its source, but we did not send it.',
    hint: 'Find the producer that uses our name.',
  },
  SOURCE_NOT_ACCEPTED: {
    class: 'dead',
    title: 'The record names a source that may not send this topic.',
    hint: 'Find the producer; where it is right, name it in REELWAY_ACCEPTED_SOURCES.',
  },
  NO_SUCH_CONTENT: {
    class: 'dead',
    title: 'No upload came for this content in the time a fact waits for one.',
    hint: 'An upload of the content re-opens the fact.',
  },
  START_TOO_OLD: {
    class: 'dead',
    title: 'The upload event is older than its topic keeps records, so it begins nothing.',
    hint: 'Find out who sends old records again. To begin it all the same: reelway dlq redrive ID',
  },
  FACT_TOO_LARGE: {
    class: 'dead',
    title: 'Temporal refuses the fact as too large, also alone.',
    hint: 'Raise limit.blobSize.error of the Temporal server, or have the producer send less; then reelway dlq redrive ID.',
  },
  CONTENT_NOT_FOUND: { class: 'refusal', title: 'There is no such content.', hint: 'List them: reelway content list' },
  NOT_FOUND: {
    class: 'refusal',
    title: 'There is no such thing.',
    hint: 'List what there is and use an id from the list.',
  },
  ALREADY_FINISHED: {
    class: 'refusal',
    title: 'The content has already ended.',
    hint: 'Look at it: reelway content show ID',
  },
  NOT_PARKED: {
    class: 'refusal',
    title: 'The stage is not parked, so there is nothing to retry.',
    hint: 'Look at the stages: reelway content show ID',
  },
  NOT_WAITING: {
    class: 'refusal',
    title: 'Nothing waits with a deadline now.',
    hint: 'See what it waits for: reelway content explain ID',
  },
  BUILD_NOT_RUNNING: {
    class: 'refusal',
    title: 'No worker runs this build of the workflow code now.',
    hint: 'Start workers of it first; runs that are sent to it would stand still.',
  },
  BEING_UNDONE: {
    class: 'refusal',
    title: 'The content is being cancelled; what it made is being removed.',
    hint: 'Follow it: reelway content watch ID',
  },
  ATTEMPT_STALE: {
    class: 'refusal',
    title: 'The failure that the command names is not the one that stands; somebody has answered it.',
    hint: 'Look at it again: reelway content explain ID',
  },
  NOT_CORRECTABLE: {
    class: 'refusal',
    title: 'This input cannot be corrected where the content stands now.',
    hint: 'rawKey goes with upload or transcode, ladder with transcode, executor with transcode, moderate or package.',
  },
  NO_SUCH_RENDITION: {
    class: 'refusal',
    title: 'The content has no rendition of that name.',
    hint: 'See which it has: reelway content show ID',
  },
  LAST_RENDITION: {
    class: 'refusal',
    title: 'Without it nothing would be left to show or to hear.',
    hint: 'Retry it, or cancel the content.',
  },
  ALREADY_DONE: {
    class: 'refusal',
    title: 'It is done or skipped already.',
    hint: 'Look at it: reelway content show ID',
  },
  NOT_SKIPPABLE: {
    class: 'refusal',
    title: 'This stage cannot be skipped: what it makes, or who decided, cannot be done without.',
    hint: 'Retry it, with corrected input if need be (retry --with), skip a rendition (--rendition), decide, or cancel.',
  },
  FLAG_OPEN: {
    class: 'refusal',
    title: 'A flag is open, and only a decision answers a flag.',
    hint: 'Decide: reelway content decide ID DECISION --reason TEXT',
  },
  DECISION_STALE: {
    class: 'refusal',
    title: 'A newer flag or a newer decision stands than the one that the decision knows of.',
    hint: 'Look at the flags again, then decide: reelway content show ID',
  },
  CONTENT_HELD: {
    class: 'refusal',
    title: 'The content is held: nothing begins and deadlines stand still.',
    hint: 'Release it first: reelway content release ID --reason TEXT',
  },
  NOT_HELD: {
    class: 'refusal',
    title: 'Nobody holds the content.',
    hint: 'See what it waits for: reelway content explain ID',
  },
  PAST_NO_RETURN: {
    class: 'refusal',
    title: 'The content is already visible; it cannot be cancelled.',
    hint: 'Decide it REMOVED instead.',
  },
  ALREADY_REMOVED: {
    class: 'refusal',
    title: 'The content is taken down already.',
    hint: 'To undo that: reelway content restore ID --reason TEXT',
  },
  NOT_REMOVED: {
    class: 'refusal',
    title: 'The content is not taken down, so there is nothing to restore.',
    hint: 'Look at it: reelway content show ID',
  },
  NOT_FINISHED: {
    class: 'refusal',
    title: 'A run of the content is open, and only finished content begins another one.',
    hint: 'Wait for its end, or end it: reelway content explain ID',
  },
  NOTHING_TO_TAKE_OVER: {
    class: 'refusal',
    title: 'What the stages before would hand over is not there any more.',
    hint: 'Begin at an earlier stage: reelway content reprocess ID --from upload --reason TEXT',
  },
  RECORD_FIXED: {
    class: 'refusal',
    title: 'Creator, residency and content type of a content are fixed once its upload came.',
    hint: 'Keep the three as they are, or register the content under another id.',
  },
  ALREADY_REDRIVEN: {
    class: 'refusal',
    title: 'The dead letter went in again before.',
    hint: 'Nothing to do; see what became of it: reelway content show ID',
  },
  DEAD_LETTER_DISCARDED: {
    class: 'refusal',
    title: 'Somebody gave the dead letter up.',
    hint: 'To bring it in all the same: reelway dlq redrive ID --force --reason TEXT',
  },
  DEAD_LETTER_QUARANTINED: {
    class: 'refusal',
    title: 'The dead letter was redriven in vain too often.',
    hint: 'Look at it: reelway dlq show ID. With the cause gone: reelway dlq redrive ID --force --reason TEXT',
  },
  CORRECTION_INVALID: {
    class: 'refusal',
    title: 'The corrected bytes would be a dead letter as well, or are an event that has come before.',
    hint: 'Correct what the message names; nothing was stored.',
  },
  REASON_MISSING: { class: 'refusal', title: 'The command needs a reason.', hint: 'Give --reason TEXT.' },
  COMMAND_ID_REUSED: {
    class: 'refusal',
    title: 'The command id was used before for another command.',
    hint: 'Leave --command-id out, or use a new one.',
  },
  INPUT_INVALID: {
    class: 'refusal',
    title: 'The input does not meet its schema.',
    hint: 'The message names the fields.',
  },
  UNAUTHENTICATED: {
    class: 'refusal',
    title: 'The request has no valid token.',
    hint: 'Set REELWAY_API_TOKEN to a token that is in use; an admin makes one with: reelway api token',
  },
  RIGHT_MISSING: {
    class: 'refusal',
    title: 'The token does not have the right that this needs.',
    hint: 'Ask somebody who has the right that the message names.',
  },
  BODY_TOO_LARGE: {
    class: 'refusal',
    title: 'The request is over the size limit.',
    hint: 'Send less at once.',
  },
  MEDIA_TYPE_UNSUPPORTED: {
    class: 'refusal',
    title: 'The body is not plain JSON.',
    hint: 'Send application/json, not compressed.',
  },
  REQUEST_TIMEOUT: {
    class: 'refusal',
    title: 'The request did not arrive in time.',
    hint: 'Send it again, faster.',
    retryable: true,
  },
  TOO_MANY_REQUESTS: {
    class: 'refusal',
    title: 'The token sent more requests than it may.',
    hint: 'Wait as long as Retry-After says; REELWAY_API_REQUESTS_PER_MINUTE of the API is the limit.',
    retryable: true,
  },
  OUTCOME_UNKNOWN: {
    class: 'setup',
    title: 'The command was recorded, but no worker answered in time.',
    hint: 'Repeat it with the same --command-id when a worker runs; it is carried out once.',
    retryable: true,
  },
  USAGE: { class: 'setup', title: 'The command line is not right.', hint: 'See reelway --help.' },
  CONFIG_INVALID: {
    class: 'setup',
    title: 'The configuration is not right.',
    hint: 'Correct the named environment variables (.env.example lists them all), or start local servers with `npm start`.',
  },
  SERVICE_UNREACHABLE: {
    class: 'setup',
    title: 'A service could not be reached.',
    hint: 'Start it, or correct its address. Locally: npm run stack',
    retryable: true,
  },
  BATCH_TOO_LARGE: {
    class: 'setup',
    title: 'A compressed batch of a topic needs more memory than a batch may.',
    hint: 'Let its producer write smaller batches, then move the group past this one; its records are in the topic.',
  },
  BATCH_UNREADABLE: {
    class: 'setup',
    title: 'A compressed batch of a topic cannot be decompressed.',
    hint: 'Write its records again with compression.type none, gzip, snappy, lz4 or zstd, then move the group past it.',
  },
  TOPIC_MISSING: {
    class: 'setup',
    title: 'A topic that the bridge needs is not there.',
    hint: 'Create it: reelway topics create',
  },
  BREAKER_OPEN: {
    class: 'platform',
    title: 'Most records of a partition are bad, so it is held.',
    hint: 'See reelway bridge status; mend the sender, or let them become dead letters: reelway bridge resume TOPIC/PARTITION',
    retryable: true,
  },
  STARTS_PAUSED: {
    class: 'platform',
    title: 'Uploads of finished content came in numbers, so nothing new is started.',
    hint: 'Find out who reads or sends a topic again, then: reelway bridge resume starts',
    retryable: true,
  },
  NOT_PAUSED: {
    class: 'refusal',
    title: 'Nothing is paused under that name.',
    hint: 'See reelway bridge status.',
  },
  TOPIC_DRIFT: {
    class: 'setup',
    title: 'A topic differs from the topic table.',
    hint: 'Compare with: reelway topics check',
  },
  RETENTION_TOO_LONG: {
    class: 'setup',
    title: 'The broker keeps a topic longer than we remember its events.',
    hint: 'Set retention.ms and cleanup.policy of the topic to what reelway topics check says.',
  },
  SEARCH_ATTRIBUTES_MISSING: {
    class: 'setup',
    title: 'The Temporal namespace lacks our search attributes, or has them with another type.',
    hint: 'Register them: reelway migrate',
  },
  MIGRATION_MISMATCH: {
    class: 'setup',
    title: 'The database has a migration that differs from ours.',
    hint: 'Run the version of Reelway that fits the database; migrations only go forward.',
  },
  TOOL_MISSING: {
    class: 'setup',
    title: 'A tool the local stack needs is not installed.',
    hint: 'Install what the message names, or set the address of a running server.',
  },
  STACK_FAILED: {
    class: 'setup',
    title: 'A server of the local stack did not start.',
    hint: 'Look at the log file that the message names.',
  },
  DEMO_FAILED: {
    class: 'setup',
    title: 'The demo did not end as it should.',
    hint: 'Look at the log of Reelway: .local/data/logs/up.log',
  },
  FAULTS_IN_PRODUCTION: {
    class: 'setup',
    title: 'Fault points are refused in production.',
    hint: 'Unset REELWAY_FAULT.',
  },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(ERRORS, text);

/** The row of a code, with `retryable` always there. */
export function errorRow(code: ErrorCode): { class: ErrorClass; title: string; hint: string; retryable: boolean } {
  const row: ErrorRow = ERRORS[code];
  return { class: row.class, title: row.title, hint: row.hint, retryable: row.retryable ?? false };
}

/**
 * Every error we throw. `message` is for people: what happened here, with the values that matter and no secret.
 * `retryable` in the options is for the case where this one differs from its row.
 */
export class ReelwayError extends Error {
  override readonly name = 'ReelwayError';
  readonly hint: string;
  readonly retryable: boolean;

  constructor(
    readonly code: ErrorCode,
    message?: string,
    options: { cause?: unknown; hint?: string; retryable?: boolean } = {},
  ) {
    super(message ?? ERRORS[code].title, 'cause' in options ? { cause: options.cause } : undefined);
    this.hint = options.hint ?? ERRORS[code].hint;
    this.retryable = options.retryable ?? errorRow(code).retryable;
  }
}
