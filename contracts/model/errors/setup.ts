import type { ErrorRow } from './row';

/** Configuration, local tools or a service that is not reachable. */
export const SETUP = {
  OUTCOME_UNKNOWN: {
    title: 'The command was recorded, but no worker answered in time.',
    hint: 'Repeat it with the same --command-id when a worker runs; it is carried out once.',
    retryable: true,
  },
  USAGE: { title: 'The command line is not right.', hint: 'See reelway --help.' },
  CONFIG_INVALID: {
    title: 'The configuration is not right.',
    hint: 'Correct the named environment variables (.env.example lists them all), or start local servers with `npm start`.',
  },
  SERVICE_UNREACHABLE: {
    title: 'A service could not be reached.',
    hint: 'Start it, or correct its address. Locally: npm run stack',
    retryable: true,
  },
  BATCH_TOO_LARGE: {
    title: 'A compressed batch of a topic needs more memory than a batch may.',
    hint: 'Let its producer write smaller batches, then move the group past this one; its records are in the topic.',
  },
  BATCH_UNREADABLE: {
    title: 'A compressed batch of a topic cannot be decompressed.',
    hint: 'Write its records again with compression.type none, gzip, snappy, lz4 or zstd, then move the group past it.',
  },
  TOPIC_MISSING: {
    title: 'A topic that the bridge needs is not there.',
    hint: 'Create it: reelway topics create',
  },
  TOPIC_DRIFT: {
    title: 'A topic differs from the topic table.',
    hint: 'Compare with: reelway topics check',
  },
  RETENTION_TOO_LONG: {
    title: 'The broker keeps a topic longer than we remember its events.',
    hint: 'Set retention.ms and cleanup.policy of the topic to what reelway topics check says.',
  },
  SEARCH_ATTRIBUTES_MISSING: {
    title: 'The Temporal namespace lacks our search attributes, or has them with another type.',
    hint: 'Register them: reelway migrate',
  },
  MIGRATION_MISMATCH: {
    title: 'The database has a migration that differs from ours.',
    hint: 'Run the version of Reelway that fits the database; migrations only go forward.',
  },
  TOOL_MISSING: {
    title: 'A tool the local stack needs is not installed.',
    hint: 'Install what the message names, or set the address of a running server.',
  },
  STACK_FAILED: {
    title: 'A server of the local stack did not start.',
    hint: 'Look at the log file that the message names.',
  },
  DEMO_FAILED: {
    title: 'The demo did not end as it should.',
    hint: 'Look at the log of Reelway: .local/data/logs/up.log',
  },
  FAULTS_IN_PRODUCTION: {
    title: 'Fault points are refused in production.',
    hint: 'Unset REELWAY_FAULT.',
  },
} as const satisfies Record<string, ErrorRow>;
