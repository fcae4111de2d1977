import { DEFAULT_CHANNELS } from '../../../contracts/model/notices';
import { DEFAULT_POLICY } from '../../../contracts/model/policy';
import { parseConfig, type Config, type ConfigProblem } from '../../../contracts/schema/config';
import { unknownVariables, VARIABLES } from '../../../contracts/schema/variables';

const SECRET = 'hunter2-very-secret';
const REQUIRED = {
  REELWAY_TEMPORAL_ADDRESS: '127.0.0.1:7233',
  REELWAY_KAFKA_BROKERS: '127.0.0.1:9092',
  REELWAY_POSTGRES_URL: `postgres://reelway:${SECRET}@127.0.0.1:5432/reelway`,
  REELWAY_OBJECTS_ROOT: '/var/lib/reelway/objects',
};

function configOf(extra: Record<string, string> = {}): Config {
  const result = parseConfig({ ...REQUIRED, ...extra });
  expect(result).toMatchObject({ ok: true });
  return (result as { config: Config }).config;
}

function problemsOf(env: Record<string, string | undefined>): ConfigProblem[] {
  const result = parseConfig(env);
  return result.ok ? [] : result.problems;
}

describe('configuration', () => {
  it('needs four variables and has the default policy otherwise', () => {
    const config = configOf();
    expect(config.policy).toEqual(DEFAULT_POLICY);
    expect(config.kafka).toEqual({
      brokers: ['127.0.0.1:9092'],
      topicPrefix: '',
      groupId: 'reelway-bridge',
      minInsyncReplicas: 1,
      tellsUnpublished: false,
      tls: null,
      sasl: null,
    });
    expect(config.worker.queues).toEqual(['lifecycle', 'catalog', 'media']);
    expect(config.production).toBe(false);
  });

  it('tells every problem at once', () => {
    const problems = problemsOf({
      REELWAY_KAFKA_BROKERS: 'kafka',
      REELWAY_POSTGRES_POOL: 'many',
      REELWAY_LOG_LEVEL: 'loud',
    });
    expect(problems.map(({ name }) => name)).toEqual([
      'REELWAY_TEMPORAL_ADDRESS',
      'REELWAY_KAFKA_BROKERS',
      'REELWAY_POSTGRES_URL',
      'REELWAY_POSTGRES_POOL',
      'REELWAY_OBJECTS_ROOT',
      'REELWAY_LOG_LEVEL',
    ]);
  });

  it('takes an empty variable for unset', () => {
    expect(problemsOf({ ...REQUIRED, REELWAY_OBJECTS_ROOT: '' })).toEqual([
      { name: 'REELWAY_OBJECTS_ROOT', message: 'is required' },
    ]);
    expect(configOf({ REELWAY_LOG_LEVEL: '' }).log.level).toBe('info');
  });

  it.each(Object.keys(VARIABLES))('never repeats the value of %s in a message', (name) => {
    const text = JSON.stringify(problemsOf({ ...REQUIRED, [name]: `${SECRET}\0 \n` }));
    expect(text).not.toContain(SECRET);
  });

  it.each([
    ['REELWAY_POSTGRES_URL', 'mysql://localhost/x'],
    ['REELWAY_CDN_BASE', 'javascript:alert(1)'],
    ['REELWAY_OBJECTS_ROOT', 'objects'],
    ['REELWAY_KAFKA_BROKERS', 'a:1,,b:2'],
    ['REELWAY_KAFKA_BROKERS', 'a:1,a:1'],
    ['REELWAY_POSTGRES_POOL', '10.5'],
    ['REELWAY_POSTGRES_POOL', '1e2'],
    ['REELWAY_POSTGRES_POOL', '-1'],
    ['REELWAY_TRANSCODE_DEADLINE_MS', '0'],
    ['REELWAY_TRANSCODE_DEADLINE_MS', '12h'],
    ['REELWAY_RESIDENCY', 'ng'],
    ['REELWAY_QUEUES', 'lifecycle,all'],
    ['REELWAY_CHECKS', 'spam'],
    ['REELWAY_METRICS_PORT', '70000'],
    ['REELWAY_TRANSCODE_EXECUTOR', 'SERVICE'],
    ['NODE_ENV', 'prod'],
  ])('refuses %s=%s', (name, value) => {
    expect(problemsOf({ ...REQUIRED, [name]: value }).map((problem) => problem.name)).toEqual([name]);
  });

  it('verifies in full when our worker transcodes, and trusts when a service does', () => {
    expect(configOf().policy.verify).toBe('full');
    expect(configOf({ REELWAY_TRANSCODE_EXECUTOR: 'service' }).policy.verify).toBe('trust');
    expect(configOf({ REELWAY_TRANSCODE_EXECUTOR: 'service', REELWAY_VERIFY: 'full' }).policy.verify).toBe('full');
  });

  it('demands to be told what the silence of a moderation service means', () => {
    const service = { ...REQUIRED, REELWAY_MODERATE_EXECUTOR: 'service' };
    expect(problemsOf(service).map(({ name }) => name)).toEqual(['REELWAY_SILENCE']);
    expect(problemsOf({ ...service, REELWAY_SILENCE: 'never' })).toHaveLength(1);
    expect(configOf({ ...service, REELWAY_SILENCE: 'clear' }).policy.silence.then).toBe('clear');
  });

  it('finds names that are spelt wrong', () => {
    expect(unknownVariables({ REELWAY_TRANSCODE_EXECUTER: 'service', REELWAY_TEST_WORLD: 'w1', PATH: '/bin' })).toEqual(
      ['REELWAY_TRANSCODE_EXECUTER'],
    );
  });
});

describe('Kafka with encryption and login', () => {
  const LOGIN = {
    REELWAY_KAFKA_SASL_MECHANISM: 'scram-sha-512',
    REELWAY_KAFKA_SASL_USERNAME: 'reelway',
    REELWAY_KAFKA_SASL_PASSWORD: SECRET,
  };
  const FILES = { REELWAY_KAFKA_TLS_CERT_FILE: '/tls/us.pem', REELWAY_KAFKA_TLS_KEY_FILE: '/tls/us.key' };

  it('is read as a whole', () => {
    const { tls, sasl } = configOf({ ...LOGIN, ...FILES, REELWAY_KAFKA_TLS: 'on' }).kafka;
    expect(tls).toEqual({ caFile: null, certFile: '/tls/us.pem', keyFile: '/tls/us.key' });
    expect(sasl).toEqual({ mechanism: 'scram-sha-512', username: 'reelway', password: SECRET });
  });

  it.each<[string, Record<string, string>, string[]]>([
    ['files without TLS', FILES, ['REELWAY_KAFKA_TLS_CERT_FILE', 'REELWAY_KAFKA_TLS_KEY_FILE']],
    [
      'a key without its certificate',
      { REELWAY_KAFKA_TLS: 'on', REELWAY_KAFKA_TLS_KEY_FILE: '/tls/us.key' },
      ['REELWAY_KAFKA_TLS_CERT_FILE'],
    ],
    [
      'a password without user and mechanism',
      { REELWAY_KAFKA_SASL_PASSWORD: SECRET },
      ['REELWAY_KAFKA_SASL_MECHANISM', 'REELWAY_KAFKA_SASL_USERNAME'],
    ],
    ['a password in the clear', { ...LOGIN, REELWAY_KAFKA_SASL_MECHANISM: 'plain' }, ['REELWAY_KAFKA_SASL_MECHANISM']],
    [
      'several of them at once',
      { REELWAY_KAFKA_TLS_CA_FILE: '/tls/ca.pem', REELWAY_KAFKA_SASL_MECHANISM: 'plain' },
      [
        'REELWAY_KAFKA_TLS_CA_FILE',
        'REELWAY_KAFKA_SASL_USERNAME',
        'REELWAY_KAFKA_SASL_PASSWORD',
        'REELWAY_KAFKA_SASL_MECHANISM',
      ],
    ],
  ])('%s is refused', (_, extra, names) => {
    const problems = problemsOf({ ...REQUIRED, ...extra });
    expect(problems.map(({ name }) => name)).toEqual(names);
    expect(JSON.stringify(problems)).not.toContain(SECRET);
  });
});

describe('notifications', () => {
  const channelsOf = (text: string) => configOf({ REELWAY_NOTICE_CHANNELS: text }).notifications.channels;

  it('reach people as they are told to, and otherwise as by default', () => {
    expect(channelsOf('')).toEqual(DEFAULT_CHANNELS);
    expect(channelsOf('NEW_CONTENT=EMAIL; PAYMENT_FAILED=PUSH|IN_APP;')).toEqual({
      ...DEFAULT_CHANNELS,
      NEW_CONTENT: ['EMAIL'],
      PAYMENT_FAILED: ['PUSH', 'IN_APP'],
    });
  });

  it.each([
    'NEW_CONTENT',
    'NEW_CONTENT=',
    'NEW_CONTENT=SMS',
    'NEW_CONTENT=PUSH|PUSH',
    'NEW_CONTENT=PUSH=EMAIL',
    'NEW_CONTENT=PUSH;NEW_CONTENT=EMAIL',
    'NEWS=PUSH',
    '__proto__=PUSH',
  ])('refuse %s', (text) => {
    expect(problemsOf({ ...REQUIRED, REELWAY_NOTICE_CHANNELS: text })).toMatchObject([
      { name: 'REELWAY_NOTICE_CHANNELS' },
    ]);
  });

  it('of an end are due after the payment', () => {
    const env = { ...REQUIRED, REELWAY_SUBSCRIPTION_PERIOD_MS: '1000', REELWAY_SUBSCRIPTION_NOTICE_MS: '1000' };
    expect(problemsOf(env)).toMatchObject([{ name: 'REELWAY_SUBSCRIPTION_NOTICE_MS' }]);
  });
});
