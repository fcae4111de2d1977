import type { ErrorRow } from './row';

/** Trouble of ours: the stage parks and asks for an admin. */
export const PLATFORM = {
  RAW_KEY_UNSAFE: {
    title: 'The raw object key is not a plain relative key.',
    hint: 'Correct the upload service; keys have no scheme, "//", "..", backslash, leading "-" or control character.',
  },
  RAW_KEY_TAKEN: {
    title: 'The raw object key belongs to another content or to another residency.',
    hint: 'Find out which service reused the key; upload under a key of its own.',
  },
  RAW_OBJECT_MISSING: {
    title: 'The object store has no object under the raw key.',
    hint: 'Store the object under its key, then retry the upload stage.',
    retryable: true,
  },
  CREATOR_MISMATCH: {
    title: 'The upload names another creator than the content record.',
    hint: 'Correct the record or the upload service, then retry the upload stage.',
  },
  RESIDENCY_MISMATCH: {
    title: 'The upload names another residency than the content record.',
    hint: 'Correct the record or the upload service, then retry the upload stage.',
  },
  CONTENT_TYPE_MISMATCH: {
    title: 'The upload names another content type than the content record.',
    hint: 'Correct the record or the upload service, then retry the upload stage.',
  },
  PROBE_FAILED: {
    title: 'The source could not be examined in time.',
    hint: 'Look at the worker log, then retry the upload stage.',
    retryable: true,
  },
  TRANSCODE_FAILED: {
    title: 'A rendition could not be encoded.',
    hint: 'Look at the failure of the rendition, then retry the transcode stage.',
    retryable: true,
  },
  TRANSCODE_STALLED: {
    title: 'The encoder made no progress and was killed.',
    hint: 'Check the load of the worker, then retry the transcode stage.',
    retryable: true,
  },
  RENDITION_INVALID: {
    title: 'An encoded rendition is not as long as its source, or cannot be read back.',
    hint: 'Retry the transcode stage; if it happens again, keep the source for analysis.',
    retryable: true,
  },
  PACKAGE_FAILED: {
    title: 'The packager failed.',
    hint: 'Look at the failure of the stage, then retry the package stage.',
    retryable: true,
  },
  PACKAGE_INVALID: {
    title: 'A packaged set did not pass verification (key id, scheme, manifests, or a decrypt).',
    hint: 'Retry the package stage; nothing of the set was announced.',
    retryable: true,
  },
  KEY_UNAVAILABLE: {
    title: 'The content key could not be made or unwrapped.',
    hint: 'Check the key-encryption key of the key store, then retry the package stage.',
    retryable: true,
  },
  CHECK_FAILED: {
    title: 'A moderation check could not be run.',
    hint: 'The content waits in review: decide it by hand.',
    retryable: true,
  },
  ALL_CHECKS_DOWN: {
    title: 'No moderation check could be run; the content is held.',
    hint: 'Retry the moderate stage when the checks are back, or decide the content by hand.',
  },
  REVIEW_OPEN: {
    title: 'The content is flagged and waits for a reviewer.',
    hint: 'Decide it: reelway content decide ID APPROVED|AGE_GATED|EDIT_REQUESTED|REMOVED --reason TEXT',
  },
  REVIEW_OVERDUE: {
    title: 'The review is past its time.',
    hint: 'Decide the content; its review time has passed.',
  },
  MODERATION_SILENT: {
    title: 'The moderation service said nothing in its grace time; the content waits for a reviewer.',
    hint: 'Decide the content, or ask the moderation service for its result.',
  },
  SERVICE_SILENT: {
    title: 'The service that executes the stage sent no event before the deadline.',
    hint: 'Ask the service; its event still completes the stage. Retry waits for another deadline.',
  },
  STAGE_DEADLINE: {
    title: 'The stage did not end before its deadline.',
    hint: 'Check workers and queues, then retry the stage.',
    retryable: true,
  },
  UPSTREAM_FAILED: {
    title: 'The service that makes the media says that it failed.',
    hint: 'Ask its operators; a later READY goes on by itself. To have our workers do it: reelway content retry ID --with executor=worker --reason TEXT',
  },
  MANIFEST_MISSING: {
    title: 'Visible content has no manifest any more, so nobody can play it.',
    hint: 'Put the manifest back, have the service send its READY again, or: reelway content reprocess ID --from package --reason TEXT',
  },
  WORKER_LOST: {
    title: 'The worker that did the work went silent, on every attempt.',
    hint: 'Check the workers of this queue (memory, restarts), then retry the stage.',
    retryable: true,
  },
  NO_WORKER: {
    title: 'No worker took the work from its task queue in the expected time.',
    hint: 'Start a worker for this residency and queue; the work goes on by itself.',
    retryable: true,
  },
  RETRYING_LONG: {
    title: 'Work of a stage has failed again and again for longer than is usual, and is still tried.',
    hint: 'Mend what the last failure names; the next try goes on by itself. To give up: reelway content cancel ID --reason TEXT --yes',
    retryable: true,
  },
  HELD: {
    title: 'An admin holds the content before its next stage.',
    hint: 'See who and why: reelway content explain ID. To let it go on: reelway content release ID --reason TEXT',
  },
  METADATA_MISSING: {
    title: 'The content has no record with a title, so it cannot be published.',
    hint: 'Register the content (reelway content register), then retry the publish stage.',
  },
  METADATA_CHANGED: {
    title: 'Title or description changed after the checks had read them.',
    hint: 'Nothing to do: the run has the new metadata checked and goes on.',
  },
  PUBLISH_REFUSED: {
    title: 'The publication was refused: generation, decision, metadata or flags changed meanwhile.',
    hint: 'Look at flags and decisions of the content, then retry the publish stage.',
    retryable: true,
  },
  CONTENT_REMOVED: {
    title: 'The content was taken down while its run was on the way to publication.',
    hint: 'Nothing to do: the run ends as REMOVED. To undo the takedown: reelway content restore ID --reason TEXT',
  },
  MILESTONE_CONFLICT: {
    title: 'A milestone was issued again with another payload.',
    hint: 'The first payload stands; report the run, then retry the stage.',
  },
  MILESTONE_INVALID: {
    title: 'A milestone does not meet the schema of its topic and was not stored.',
    hint: 'Correct the metadata named in the message, then retry the stage.',
  },
  MILESTONE_TOO_LARGE: {
    title: 'A milestone is over the message size limit and was not stored.',
    hint: 'Shorten the metadata named in the message, then retry the stage.',
  },
  COMPENSATION_FAILED: {
    title: 'A step could not be undone.',
    hint: 'Remove the cause, then retry: the compensation goes on where it stopped.',
    retryable: true,
  },
  RUN_MISSING: {
    title: 'The content is open in the database but Temporal knows no run of it.',
    hint: 'Begin another run where it stood: reelway content recover ID --reason TEXT; or cancel. Facts are held until then.',
    retryable: true,
  },
  RESIDENCY_VIOLATION: {
    title: 'Work of one residency reached a worker of another.',
    hint: 'Correct the task queues of the worker; nothing was read or written.',
  },
  INTERNAL: {
    title: 'Something we did not expect.',
    hint: 'Look at the log line with this code and report it.',
    retryable: true,
  },
  BREAKER_OPEN: {
    title: 'Most records of a partition are bad, so it is held.',
    hint: 'See reelway bridge status; mend the sender, or let them become dead letters: reelway bridge resume TOPIC/PARTITION --reason TEXT',
    retryable: true,
  },
  STARTS_PAUSED: {
    title: 'Uploads of finished content came in numbers, so nothing new is started.',
    hint: 'Find out who reads or sends a topic again, then: reelway bridge resume starts --reason TEXT',
    retryable: true,
  },
} as const satisfies Record<string, ErrorRow>;
