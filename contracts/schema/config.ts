import type { Policy } from '../model/policy';
import type { ValueOf } from './variable';
import { COMMAND_LINE, VARIABLES, type VariableName } from './variables';

type Env = Record<string, string | undefined>;
type Values = { [N in VariableName]: ValueOf<(typeof VARIABLES)[N]> };

export interface ConfigProblem {
  /** Name of the environment variable. */
  name: string;
  /** What is wrong with it; never its value. */
  message: string;
}
type Problems = { ok: false; problems: ConfigProblem[] };
export type ConfigResult = { ok: true; config: Config } | Problems;

/** The configuration of a process. Times in ms, sizes in bytes. Null: unset and without a default. */
export type Config = ReturnType<typeof toConfig>;

/** Reads the whole environment and tells every problem at once. An empty variable counts as unset. */
export function parseConfig(env: Env): ConfigResult {
  const { values, problems } = readVariables(Object.keys(VARIABLES) as VariableName[], env);
  problems.push(...crossProblems(values));
  return problems.length > 0 ? { ok: false, problems } : { ok: true, config: toConfig(values as Values) };
}

/** Where commands go instead of working in their own process. */
export interface ApiPlace {
  url: string;
  token: string | null;
  tokenFile: string | null;
}

/** Of the environment only what a command line needs that works through the admin API; place null: it does not. */
export function parseApiPlace(env: Env): { ok: true; place: ApiPlace | null } | Problems {
  const { values, problems } = readVariables(COMMAND_LINE, env);
  problems.push(...apiPlaceProblems(values));
  if (problems.length > 0) return { ok: false, problems };
  const {
    REELWAY_API_URL: url = null,
    REELWAY_API_TOKEN: token = null,
    REELWAY_API_TOKEN_FILE: tokenFile = null,
  } = values;
  return { ok: true, place: url === null ? null : { url, token, tokenFile } };
}

function readVariables(names: VariableName[], env: Env): { values: Partial<Values>; problems: ConfigProblem[] } {
  const problems: ConfigProblem[] = [];
  const values: Record<string, unknown> = {};
  for (const name of names) {
    const read = readVariable(name, env);
    if ('message' in read) problems.push({ name, message: read.message });
    else values[name] = read.value;
  }
  return { values: values, problems };
}

function readVariable(name: VariableName, env: Env): { value: unknown } | { message: string } {
  const variable = VARIABLES[name];
  const text = env[name] === undefined || env[name] === '' ? variable.preset : env[name];
  if (text === null) return variable.required ? { message: 'is required' } : { value: null };
  const parsed = variable.kind.safeParse(text);
  if (parsed.success) return { value: parsed.data };
  return { message: parsed.error.issues[0]?.message ?? 'is not right' };
}

function crossProblems(values: Partial<Values>): ConfigProblem[] {
  return [
    ...silenceProblems(values),
    ...noticeProblems(values),
    ...tlsProblems(values),
    ...saslProblems(values),
    ...oneOfTwo(values, 'REELWAY_API_TOKENS', 'REELWAY_API_TOKENS_FILE'),
  ];
}

/** Which of the two would count is nothing to guess. */
function oneOfTwo(values: Partial<Values>, one: VariableName, other: VariableName): ConfigProblem[] {
  if (typeof values[one] !== 'string' || typeof values[other] !== 'string') return [];
  return [{ name: one, message: `must not be set beside ${other}` }];
}

function apiPlaceProblems(values: Partial<Values>): ConfigProblem[] {
  const { REELWAY_API_URL: url, REELWAY_API_TOKEN: token, REELWAY_API_TOKEN_FILE: file } = values;
  if (typeof url === 'string' && token === null && file === null) {
    return [{ name: 'REELWAY_API_TOKEN', message: 'is required where REELWAY_API_URL is set' }];
  }
  return oneOfTwo(values, 'REELWAY_API_TOKEN', 'REELWAY_API_TOKEN_FILE');
}

function silenceProblems(values: Partial<Values>): ConfigProblem[] {
  if (values.REELWAY_MODERATE_EXECUTOR !== 'service' || values.REELWAY_SILENCE !== null) return [];
  return [
    {
      name: 'REELWAY_SILENCE',
      message: 'must be review or clear: no topic says that a moderation service found nothing',
    },
  ];
}

/** One that is due before the payment itself could never be about this payment's end. */
function noticeProblems(values: Partial<Values>): ConfigProblem[] {
  const { REELWAY_SUBSCRIPTION_NOTICE_MS: before = 0, REELWAY_SUBSCRIPTION_PERIOD_MS: period = Infinity } = values;
  if (before < period) return [];
  const message = 'must be less than REELWAY_SUBSCRIPTION_PERIOD_MS';
  return [{ name: 'REELWAY_SUBSCRIPTION_NOTICE_MS', message }];
}

const TLS_FILES = [
  'REELWAY_KAFKA_TLS_CA_FILE',
  'REELWAY_KAFKA_TLS_CERT_FILE',
  'REELWAY_KAFKA_TLS_KEY_FILE',
] as const satisfies VariableName[];

/** A file that would silently be ignored is a connection that is less safe than somebody believes. */
function tlsProblems(values: Partial<Values>): ConfigProblem[] {
  if (values.REELWAY_KAFKA_TLS === 'off') {
    const ignored = TLS_FILES.filter((name) => typeof values[name] === 'string');
    return ignored.map((name) => ({ name, message: 'means nothing while REELWAY_KAFKA_TLS is off' }));
  }
  return together(values, ['REELWAY_KAFKA_TLS_CERT_FILE', 'REELWAY_KAFKA_TLS_KEY_FILE']);
}

function saslProblems(values: Partial<Values>): ConfigProblem[] {
  const mechanism = values.REELWAY_KAFKA_SASL_MECHANISM;
  const problems = together(values, [
    'REELWAY_KAFKA_SASL_MECHANISM',
    'REELWAY_KAFKA_SASL_USERNAME',
    'REELWAY_KAFKA_SASL_PASSWORD',
  ]);
  if (mechanism === 'plain' && values.REELWAY_KAFKA_TLS === 'off') {
    const message = 'plain sends the password in the clear: set REELWAY_KAFKA_TLS, or take a scram mechanism';
    problems.push({ name: 'REELWAY_KAFKA_SASL_MECHANISM', message });
  }
  return problems;
}

/** All of them or none; one that could not be read (undefined) has its own problem already. */
function together(values: Partial<Values>, names: VariableName[]): ConfigProblem[] {
  const given = names.find((name) => typeof values[name] === 'string');
  if (given === undefined) return [];
  const missing = names.filter((name) => values[name] === null);
  return missing.map((name) => ({ name, message: `is required where ${given} is set` }));
}

function toConfig(v: Values) {
  return {
    temporal: {
      address: v.REELWAY_TEMPORAL_ADDRESS,
      namespace: v.REELWAY_TEMPORAL_NAMESPACE,
      ui: v.REELWAY_TEMPORAL_UI,
    },
    kafka: {
      brokers: v.REELWAY_KAFKA_BROKERS,
      topicPrefix: v.REELWAY_KAFKA_TOPIC_PREFIX,
      groupId: v.REELWAY_KAFKA_GROUP,
      minInsyncReplicas: v.REELWAY_TOPIC_MIN_INSYNC,
      tellsUnpublished: v.REELWAY_UNPUBLISHED_TOPIC === 'on',
      tls: toTls(v),
      sasl: toSasl(v),
    },
    postgres: { url: v.REELWAY_POSTGRES_URL, poolSize: v.REELWAY_POSTGRES_POOL },
    redis: { url: v.REELWAY_REDIS_URL, prefix: v.REELWAY_REDIS_PREFIX },
    objects: { root: v.REELWAY_OBJECTS_ROOT },
    tempDir: v.REELWAY_TEMP_DIR,
    keys: { kekFile: v.REELWAY_KEK_FILE },
    gcGraceMs: v.REELWAY_GC_GRACE_MS,
    reconcileEveryMs: v.REELWAY_RECONCILE_EVERY_MS,
    retryingLongMs: v.REELWAY_RETRYING_LONG_MS,
    cdnBase: v.REELWAY_CDN_BASE,
    media: { ffmpeg: v.REELWAY_FFMPEG, ffprobe: v.REELWAY_FFPROBE, packager: v.REELWAY_PACKAGER },
    limits: {
      maxBytes: v.REELWAY_MAX_SOURCE_BYTES,
      maxDurationSeconds: v.REELWAY_MAX_SOURCE_SECONDS,
      maxPixels: v.REELWAY_MAX_SOURCE_PIXELS,
    },
    policy: toPolicy(v),
    lateFlag: v.REELWAY_LATE_FLAG,
    notifications: {
      channels: v.REELWAY_NOTICE_CHANNELS,
      subscriptionPeriodMs: v.REELWAY_SUBSCRIPTION_PERIOD_MS,
      subscriptionNoticeMs: v.REELWAY_SUBSCRIPTION_NOTICE_MS,
      expiringEveryMs: v.REELWAY_EXPIRING_EVERY_MS,
    },
    log: { level: v.REELWAY_LOG_LEVEL },
    metrics: { host: v.REELWAY_METRICS_HOST, port: v.REELWAY_METRICS_PORT },
    worker: {
      queues: v.REELWAY_QUEUES,
      residencies: v.REELWAY_RESIDENCY,
      mediaConcurrency: v.REELWAY_MEDIA_CONCURRENCY,
      cacheSize: v.REELWAY_LIFECYCLE_CACHE,
      versioning: { on: v.REELWAY_WORKER_VERSIONING === 'on', buildId: v.REELWAY_BUILD_ID },
    },
    bridge: {
      dispatchConcurrency: v.REELWAY_DISPATCH_CONCURRENCY,
      parkedFactMs: v.REELWAY_PARKED_FACT_MS,
      callsPerSecond: v.REELWAY_BRIDGE_CALLS_PER_SECOND,
      breaker: { minRecords: v.REELWAY_BREAKER_RECORDS, share: v.REELWAY_BREAKER_PERCENT / 100 },
      startGuardPerMinute: v.REELWAY_START_GUARD_PER_MINUTE,
      maxRedrives: v.REELWAY_MAX_REDRIVES,
      acceptedSources: v.REELWAY_ACCEPTED_SOURCES,
    },
    projector: { groupId: v.REELWAY_PROJECTOR_GROUP, creatorMilestones: v.REELWAY_CREATOR_MILESTONES },
    api: {
      host: v.REELWAY_API_HOST,
      port: v.REELWAY_API_PORT,
      tokensFile: v.REELWAY_API_TOKENS_FILE,
      tokens: v.REELWAY_API_TOKENS,
      requestsPerMinute: v.REELWAY_API_REQUESTS_PER_MINUTE,
      serviceTokens: v.REELWAY_SERVICE_TOKENS,
      serviceRequestsPerMinute: v.REELWAY_SERVICE_REQUESTS_PER_MINUTE,
    },
    fault: { point: v.REELWAY_FAULT, dir: v.REELWAY_FAULT_DIR },
    production: v.NODE_ENV === 'production',
  };
}

const toTls = (v: Values) =>
  v.REELWAY_KAFKA_TLS === 'off'
    ? null
    : {
        caFile: v.REELWAY_KAFKA_TLS_CA_FILE,
        certFile: v.REELWAY_KAFKA_TLS_CERT_FILE,
        keyFile: v.REELWAY_KAFKA_TLS_KEY_FILE,
      };

function toSasl(v: Values) {
  const { REELWAY_KAFKA_SASL_MECHANISM: mechanism, REELWAY_KAFKA_SASL_USERNAME: username } = v;
  const password = v.REELWAY_KAFKA_SASL_PASSWORD;
  return mechanism === null || username === null || password === null ? null : { mechanism, username, password };
}

function toPolicy(v: Values): Policy {
  const transcodes = v.REELWAY_TRANSCODE_EXECUTOR;
  return {
    executors: {
      transcode: transcodes,
      moderate: v.REELWAY_MODERATE_EXECUTOR,
      package: v.REELWAY_PACKAGE_EXECUTOR,
    },
    verify: v.REELWAY_VERIFY ?? (transcodes === 'worker' ? 'full' : 'trust'),
    silence: { then: v.REELWAY_SILENCE ?? 'review', graceMs: v.REELWAY_SILENCE_GRACE_MS },
    deadlineMs: {
      upload: v.REELWAY_UPLOAD_DEADLINE_MS,
      transcode: v.REELWAY_TRANSCODE_DEADLINE_MS,
      moderate: v.REELWAY_MODERATE_DEADLINE_MS,
      package: v.REELWAY_PACKAGE_DEADLINE_MS,
      publish: v.REELWAY_PUBLISH_DEADLINE_MS,
    },
    reviewMs: { STANDARD: v.REELWAY_REVIEW_STANDARD_MS, ESCALATED: v.REELWAY_REVIEW_ESCALATED_MS },
    newUploadMs: v.REELWAY_NEW_UPLOAD_MS,
    queueWaitMs: v.REELWAY_QUEUE_WAIT_MS,
    attempts: { transcode: v.REELWAY_TRANSCODE_ATTEMPTS, package: v.REELWAY_PACKAGE_ATTEMPTS },
    checks: v.REELWAY_CHECKS,
  };
}
