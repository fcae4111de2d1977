import type { ErrorRow } from './row';

/** The record cannot be used as it is: it becomes a dead letter. */
export const DEAD = {
  NULL_VALUE: { title: 'The record has no value.', hint: 'The producer must send a JSON message.' },
  NOT_JSON: { title: 'The record is not JSON in UTF-8.', hint: 'Correct the producer.' },
  TOO_DEEP: { title: 'The JSON is nested too deeply.', hint: 'Correct the producer.' },
  TOO_LARGE: { title: 'The record is over the size limit.', hint: 'Correct the producer.' },
  UNSAFE_TEXT: {
    title: 'The record holds a NUL character or half of a surrogate pair.',
    hint: 'Correct the producer.',
  },
  SCHEMA_INVALID: {
    title: 'The record does not meet the schema of its topic.',
    hint: 'The reason names the fields; correct the producer.',
  },
  EVENT_ID_REUSED: {
    title: 'The event id had come before with other content.',
    hint: 'The first one stands; the producer must make a new id for each event.',
  },
  FORGED_SOURCE: {
    title: 'The record names us as its source, but we did not send it.',
    hint: 'Find the producer that uses our name.',
  },
  SOURCE_NOT_ACCEPTED: {
    title: 'The record names a source that may not send this topic.',
    hint: 'Find the producer; where it is right, name it in REELWAY_ACCEPTED_SOURCES.',
  },
  NO_SUCH_CONTENT: {
    title: 'No upload came for this content in the time a fact waits for one.',
    hint: 'An upload of the content re-opens the fact.',
  },
  FAILED_PRECONDITION: {
    title: 'A READY media asset names no manifest, or its episode has no thumbnail.',
    hint: 'Complete it: reelway dlq show ID, then reelway dlq redrive ID --with FILE --reason TEXT',
  },
  START_TOO_OLD: {
    title: 'The upload event is older than its topic keeps records, so it begins nothing.',
    hint: 'Find out who sends old records again. To begin it all the same: reelway dlq redrive ID',
  },
  TOO_OLD_TO_COUNT: {
    title: 'The event is older than we remember what was counted, so it is not counted.',
    hint: 'Find out who sends old events again; nothing else is to be done.',
  },
  DATED_AHEAD: {
    title: 'The event is dated more than a day ahead of our clock.',
    hint: 'Correct the clock of the producer. When that day has come: reelway dlq redrive ID',
  },
  FACT_TOO_LARGE: {
    title: 'Temporal refuses the fact as too large, also alone.',
    hint: 'Raise limit.blobSize.error of the Temporal server, or have the producer send less; then reelway dlq redrive ID.',
  },
} as const satisfies Record<string, ErrorRow>;
