import { DEFAULT_POLICY as POLICY } from '../model/policy';
import { EXECUTORS, RESIDENCIES } from '../model/status';
import { CONSUMED_TOPICS } from '../model/topics';
import {
  absolutePath,
  address,
  channelsByType,
  command,
  listOf,
  ms,
  oneOf,
  port,
  sourcesByTopic,
  text,
  thresholds,
  tokens,
  urlOf,
  whole,
} from './env-kinds';
import { optional, preset, required, secret, type Variable } from './variable';

const HOUR_MS = 60 * 60 * 1000;
const GIB = 1024 ** 3;

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const WORKER_QUEUES = ['lifecycle', 'catalog', 'media'] as const;
const CHECK_NAMES = ['text', 'duplicate'] as const;

const temporal = {
  REELWAY_TEMPORAL_ADDRESS: required(address(), 'Temporal frontend, HOST:PORT.'),
  REELWAY_TEMPORAL_NAMESPACE: preset(
    text(/^[A-Za-z0-9][A-Za-z0-9._-]{1,99}$/, 'must be a namespace name'),
    'default',
    'Temporal namespace of the runs.',
  ),
  REELWAY_TEMPORAL_UI: optional(urlOf('http', 'https'), 'Temporal UI, for links that people follow.'),
};

const kafka = {
  REELWAY_KAFKA_BROKERS: required(listOf(address()), 'Kafka bootstrap servers, comma list of HOST:PORT.'),
  REELWAY_KAFKA_TOPIC_PREFIX: preset(
    text(/^[A-Za-z0-9._-]{0,100}$/, 'may hold letters, digits, dot, underscore and hyphen'),
    '',
    'Put before every topic name, so that several worlds share a broker.',
  ),
  REELWAY_KAFKA_GROUP: preset(
    text(/^[A-Za-z0-9._-]{1,200}$/, 'may hold letters, digits, dot, underscore and hyphen'),
    'reelway-bridge',
    'Consumer group of the bridge.',
  ),
  REELWAY_PROJECTOR_GROUP: preset(
    text(/^[A-Za-z0-9._-]{1,200}$/, 'may hold letters, digits, dot, underscore and hyphen'),
    'reelway-projector',
    'Consumer group of the projector.',
  ),
  REELWAY_TOPIC_MIN_INSYNC: preset(
    whole(1, 10),
    1,
    'min.insync.replicas that topics are created with and must at least have: 1 on one broker, 2 on three.',
  ),
  REELWAY_UNPUBLISHED_TOPIC: preset(
    oneOf(['off', 'on']),
    'off',
    'Whether media.unpublished, a topic of our own, tells others what was removed.',
  ),
  REELWAY_ACCEPTED_SOURCES: preset(
    sourcesByTopic(CONSUMED_TOPICS),
    '',
    'Who may send a topic, where docs/topics.md does not fit: TOPIC=NAME|NAME;TOPIC=* with source_service names, * for anybody.',
  ),
  REELWAY_KAFKA_TLS: preset(oneOf(['off', 'on']), 'off', 'Whether connections to Kafka are encrypted.'),
  REELWAY_KAFKA_TLS_CA_FILE: optional(
    absolutePath(),
    'PEM file with the authorities that sign brokers. Unset: those that Node trusts.',
  ),
  REELWAY_KAFKA_TLS_CERT_FILE: optional(absolutePath(), 'PEM file with the certificate by which brokers know us.'),
  REELWAY_KAFKA_TLS_KEY_FILE: optional(absolutePath(), 'PEM file with the private key of that certificate.'),
  REELWAY_KAFKA_SASL_MECHANISM: optional(
    oneOf(['plain', 'scram-sha-256', 'scram-sha-512']),
    'How we log in to Kafka; plain needs TLS. Unset: we do not.',
  ),
  REELWAY_KAFKA_SASL_USERNAME: optional(text(/^[^\0]{1,256}$/, 'must be a name'), 'Who logs in to Kafka.'),
  REELWAY_KAFKA_SASL_PASSWORD: secret(
    optional(text(/^[^\0]{1,1024}$/, 'must be a password'), 'The password of that user.'),
  ),
};

const postgres = {
  REELWAY_POSTGRES_URL: secret(required(urlOf('postgres', 'postgresql'), 'Postgres connection string.')),
  REELWAY_POSTGRES_POOL: preset(whole(2, 500), 10, 'Most connections of one process.'),
};

const redis = {
  REELWAY_REDIS_URL: secret(
    optional(
      urlOf('redis', 'rediss'),
      'Redis or Valkey with the trending sets. Unset: the projector only counts, and nothing is trending.',
    ),
  ),
  REELWAY_REDIS_PREFIX: preset(
    text(/^[A-Za-z0-9._:{}-]{0,100}$/, 'may hold letters, digits, dot, underscore, colon, hyphen and braces'),
    '',
    'Put before every key, so that several worlds share a server.',
  ),
};

const files = {
  REELWAY_OBJECTS_ROOT: required(absolutePath(), 'Root directory of the object store.'),
  REELWAY_TEMP_DIR: preset(absolutePath(), '/tmp/reelway', 'Directory for the files of attempts; emptied by them.'),
  REELWAY_KEK_FILE: preset(
    absolutePath(),
    '/run/secrets/reelway-kek',
    'File with the key-encryption key: 32 bytes as base64. Read by media workers only.',
  ),
  REELWAY_GC_GRACE_MS: preset(
    ms(),
    24 * HOUR_MS,
    'How long what nobody needs any more is kept before reelway gc removes it, in ms: longer than players and caches use it.',
  ),
  REELWAY_RECONCILE_EVERY_MS: preset(
    ms(),
    2 * 60_000,
    'How often the schedule compares Postgres with Temporal, in ms; reelway migrate writes it into the schedule.',
  ),
  REELWAY_RETRYING_LONG_MS: preset(
    ms(),
    10 * 60_000,
    'How long a stage may go on with work that fails again and again before RETRYING_LONG asks for an admin, in ms.',
  ),
  REELWAY_CDN_BASE: optional(urlOf('http', 'https'), 'Put before manifest paths where they are shown to viewers.'),
};

const media = {
  REELWAY_FFMPEG: preset(command(), 'ffmpeg', 'The ffmpeg to call.'),
  REELWAY_FFPROBE: preset(command(), 'ffprobe', 'The ffprobe to call.'),
  REELWAY_PACKAGER: preset(command(), 'packager', 'The Shaka Packager to call.'),
  REELWAY_MAX_SOURCE_BYTES: preset(whole(1, 1024 * GIB), 50 * GIB, 'Largest source, in bytes.'),
  REELWAY_MAX_SOURCE_SECONDS: preset(whole(1, 1_000_000), 12 * 60 * 60, 'Longest source, in seconds.'),
  REELWAY_MAX_SOURCE_PIXELS: preset(whole(1, 1_000_000_000), 7680 * 4320, 'Largest source frame, width times height.'),
};

const stages = {
  REELWAY_TRANSCODE_EXECUTOR: preset(oneOf(EXECUTORS), 'worker', 'Who transcodes: our worker or another service.'),
  REELWAY_MODERATE_EXECUTOR: preset(oneOf(EXECUTORS), 'worker', 'Who moderates: our worker or another service.'),
  REELWAY_PACKAGE_EXECUTOR: preset(oneOf(EXECUTORS), 'worker', 'Who packages: our worker or another service.'),
  REELWAY_VERIFY: optional(
    oneOf(['full', 'trust']),
    'full: probe and decode the raw file; trust: believe the event. Unset: full when our worker transcodes, else trust.',
  ),
  REELWAY_SILENCE: optional(
    oneOf(['review', 'clear']),
    'What it means when a moderation service says nothing. Required when REELWAY_MODERATE_EXECUTOR is service.',
  ),
  REELWAY_SILENCE_GRACE_MS: preset(ms(), POLICY.silence.graceMs, 'How long a moderation service may be silent, in ms.'),
  REELWAY_CHECKS: preset(listOf(oneOf(CHECK_NAMES)), POLICY.checks.join(','), 'Moderation checks of our worker.'),
  REELWAY_LATE_FLAG: preset(
    oneOf(['hide', 'attention']),
    'hide',
    'What a flag on visible content does at once: hide it, or only call an admin.',
  ),
  REELWAY_TRANSCODE_ATTEMPTS: preset(whole(1, 100), POLICY.attempts.transcode, 'Attempts per rendition.'),
  REELWAY_PACKAGE_ATTEMPTS: preset(whole(1, 100), POLICY.attempts.package, 'Attempts to package.'),
};

const deadlines = {
  REELWAY_UPLOAD_DEADLINE_MS: preset(ms(), POLICY.deadlineMs.upload, 'Longest upload stage, in ms.'),
  REELWAY_TRANSCODE_DEADLINE_MS: preset(ms(), POLICY.deadlineMs.transcode, 'Longest transcode stage, in ms.'),
  REELWAY_MODERATE_DEADLINE_MS: preset(ms(), POLICY.deadlineMs.moderate, 'Longest moderate stage, in ms.'),
  REELWAY_PACKAGE_DEADLINE_MS: preset(ms(), POLICY.deadlineMs.package, 'Longest package stage, in ms.'),
  REELWAY_PUBLISH_DEADLINE_MS: preset(ms(), POLICY.deadlineMs.publish, 'Longest publish stage, in ms.'),
  REELWAY_REVIEW_STANDARD_MS: preset(ms(), POLICY.reviewMs.STANDARD, 'Review time of STANDARD flags, in ms.'),
  REELWAY_REVIEW_ESCALATED_MS: preset(ms(), POLICY.reviewMs.ESCALATED, 'Review time of ESCALATED flags, in ms.'),
  REELWAY_NEW_UPLOAD_MS: preset(ms(), POLICY.newUploadMs, 'How long content waits for a new upload, in ms.'),
  REELWAY_QUEUE_WAIT_MS: preset(ms(), POLICY.queueWaitMs, 'Wait in a task queue before NO_WORKER is shown, in ms.'),
};

const DAY_MS = 24 * HOUR_MS;

const notifications = {
  REELWAY_NOTICE_CHANNELS: preset(
    channelsByType(),
    '',
    'How notices reach people, where the defaults do not fit: TYPE=PUSH|IN_APP;TYPE=EMAIL with notification types.',
  ),
  REELWAY_SUBSCRIPTION_PERIOD_MS: preset(
    ms(),
    30 * DAY_MS,
    'How long a payment keeps a subscription, in ms: the event of a payment does not say it.',
  ),
  REELWAY_SUBSCRIPTION_NOTICE_MS: preset(
    ms(),
    3 * DAY_MS,
    'How long before its end a subscriber is told that it ends, in ms; less than the period.',
  ),
  REELWAY_EXPIRING_EVERY_MS: preset(
    ms(),
    10 * 60_000,
    'How often the schedule looks for subscriptions that end soon, in ms; reelway migrate writes it into the schedule.',
  ),
};

const processes = {
  REELWAY_QUEUES: preset(listOf(oneOf(WORKER_QUEUES)), WORKER_QUEUES.join(','), 'Task queues that a worker serves.'),
  REELWAY_RESIDENCY: preset(listOf(oneOf(RESIDENCIES)), 'GLOBAL', 'Residencies whose media a worker may touch.'),
  REELWAY_MEDIA_CONCURRENCY: preset(whole(1, 256), 2, 'Media activities at the same time in one worker.'),
  REELWAY_LIFECYCLE_CACHE: preset(whole(10, 100_000), 1_000, 'Cached runs of one worker; about 0.2 MB each.'),
  REELWAY_WORKER_VERSIONING: preset(
    oneOf(['off', 'on']),
    'off',
    'Whether workers of workflows register their build, and get runs only once it is current (docs/deploy.md).',
  ),
  REELWAY_BUILD_ID: optional(
    text(/^[A-Za-z0-9_-]{1,64}$/, 'may hold letters, digits, underscore and hyphen'),
    'Name of the build that workers register; unset: the hash of the workflow code.',
  ),
  REELWAY_DISPATCH_CONCURRENCY: preset(
    whole(1, 512),
    32,
    'Calls to Temporal that one bridge has under way at the same time.',
  ),
  REELWAY_BRIDGE_CALLS_PER_SECOND: preset(
    whole(1, 100_000),
    1_000,
    'Most calls to Temporal that one bridge begins in a second.',
  ),
  REELWAY_BREAKER_RECORDS: preset(whole(1, 500), 20, 'Fewest records of a batch that can pause their partition.'),
  REELWAY_BREAKER_PERCENT: preset(
    whole(0, 100),
    50,
    'A partition pauses when so many of a batch would be dead letters; 0: never.',
  ),
  REELWAY_START_GUARD_PER_MINUTE: preset(
    whole(1, 1_000_000),
    50,
    'More uploads of finished content than this in a minute pause the starts of new content.',
  ),
  REELWAY_PARKED_FACT_MS: preset(ms(), 24 * HOUR_MS, 'How long a fact waits for its upload before it is dead, in ms.'),
  REELWAY_MAX_REDRIVES: preset(whole(1, 1_000), 3, 'Redrives in vain before a dead letter is quarantined.'),
  REELWAY_CREATOR_MILESTONES: preset(
    thresholds(),
    '100,1000,10000,100000,1000000',
    'How many completed plays of all their media a creator is told of, once each; comma list.',
  ),
  REELWAY_LOG_LEVEL: preset(oneOf(LOG_LEVELS), 'info', 'Least severe log level that is written.'),
  REELWAY_METRICS_HOST: preset(text(/^[A-Za-z0-9.:_-]+$/, 'must be a host'), '127.0.0.1', 'Where metrics listen.'),
  REELWAY_METRICS_PORT: preset(port(), 0, 'Port of metrics and health; 0 picks a free one.'),
  REELWAY_FAULT: optional(
    text(/^[a-z0-9.:_-]{1,200}$/i, 'must be the name of a fault point'),
    'Fault point, for tests.',
  ),
  REELWAY_FAULT_DIR: optional(absolutePath(), 'Where a reached fault point leaves word, for tests.'),
  NODE_ENV: optional(oneOf(['production', 'development', 'test']), 'production refuses fault points.'),
};

const api = {
  REELWAY_API_HOST: preset(text(/^[A-Za-z0-9.:_-]+$/, 'must be a host'), '127.0.0.1', 'Where the API listens.'),
  REELWAY_API_PORT: preset(port(), 8460, 'Its port; 0 picks a free one.'),
  REELWAY_API_TOKENS_FILE: optional(
    absolutePath(),
    'File with a line per token, as `reelway api token` prints it; read again when it changes. Not readable by everybody.',
  ),
  REELWAY_API_TOKENS: secret(
    optional(text(/\S/, 'must hold a token line'), 'The same lines, divided by semicolons, instead of a file.'),
  ),
  REELWAY_API_REQUESTS_PER_MINUTE: preset(whole(1, 1_000_000), 600, 'Most requests of one admin token in a minute.'),
  REELWAY_SERVICE_TOKENS: secret(
    optional(
      tokens(),
      'Token that other services show in x-service-auth; two, divided by a comma, while they change from one to the other.',
    ),
  ),
  REELWAY_SERVICE_REQUESTS_PER_MINUTE: preset(
    whole(1, 10_000_000),
    60_000,
    'Most requests of one service token in a minute.',
  ),
};

const commandLine = {
  REELWAY_API_URL: optional(
    urlOf('http', 'https'),
    'Admin API that commands go to. Unset: they work in their own process, with the addresses above.',
  ),
  REELWAY_API_TOKEN: secret(optional(text(/^[\x21-\x7e]+$/, 'must be one word'), 'The token they show there.')),
  REELWAY_API_TOKEN_FILE: optional(absolutePath(), 'A file that holds the token, instead.'),
};
export const COMMAND_LINE = Object.keys(commandLine) as (keyof typeof commandLine)[];

/** All variables, in the order and under the headings of .env.example. */
export const SECTIONS = {
  Temporal: temporal,
  Kafka: kafka,
  Postgres: postgres,
  Redis: redis,
  Files: files,
  Media: media,
  Stages: stages,
  Deadlines: deadlines,
  Notifications: notifications,
  Processes: processes,
  API: api,
  'Command line': commandLine,
} as const satisfies Record<string, Record<string, Variable<unknown>>>;

export const VARIABLES = {
  ...temporal,
  ...kafka,
  ...postgres,
  ...redis,
  ...files,
  ...media,
  ...stages,
  ...deadlines,
  ...notifications,
  ...processes,
  ...api,
  ...commandLine,
};
export type VariableName = keyof typeof VARIABLES;

/**
 * Names that look like ours and are not in the table: spelling mistakes that would silently do nothing. REELWAY_TEST_ is
 * for tests, which pass it on to the processes they start.
 */
export const unknownVariables = (env: Record<string, string | undefined>): string[] =>
  Object.keys(env).filter((name) => /^REELWAY_(?!TEST_)/.test(name) && !Object.hasOwn(VARIABLES, name));
