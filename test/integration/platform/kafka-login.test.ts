import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Config } from '../../../contracts/schema/config';
import { startStack, type Stack } from '../../../local/stack';
import { kafkaDir, kafkaOnPath } from '../../../local/stack/fetch/kafka';
import { HOST, Ports } from '../../../local/stack/ports';
import { javaPath } from '../../../local/stack/tools/build-tools';
import { createKafka } from '../../../platform/kafka/kafka';
import { createLog } from '../../../platform/log';
import { eventually } from '../../support/eventually';

const run = promisify(execFile);
const NAME = 'alice';
const PASSWORD = randomBytes(12).toString('hex');
const STORE_PASSWORD = randomBytes(12).toString('hex');

let dir: string;
let stack: Stack;
let address: string;
const log = createLog({ level: 'silent' });

/** A broker of its own that listens twice: plainly for itself, and encrypted for whoever logs in. */
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'reelway-login-'));
  await makeCertificate();
  address = `${HOST}:${String(await new Ports(join(dir, 'ports.json')).take('kafka-login'))}`;
  const login = (module: string): string => `org.apache.kafka.common.security.${module}`;
  stack = await startStack({
    ...{ dir: join(dir, 'stack'), parts: ['kafka'], useEnvironment: false },
    kafkaConfig: {
      listeners: `SASL_SSL://${address}`,
      'advertised.listeners': `SASL_SSL://${address}`,
      'listener.security.protocol.map': 'SASL_SSL:SASL_SSL',
      'ssl.keystore.type': 'PKCS12',
      'ssl.keystore.location': join(dir, 'broker.p12'),
      'ssl.keystore.password': STORE_PASSWORD,
      'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      'listener.name.sasl_ssl.plain.sasl.jaas.config': `${login('plain.PlainLoginModule')} required user_${NAME}="${PASSWORD}";`,
      'listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config': `${login('scram.ScramLoginModule')} required;`,
      'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config': `${login('scram.ScramLoginModule')} required;`,
    },
  });
  await addScramUser();
}, 180_000);
afterAll(async () => {
  await stack.stop();
  rmSync(dir, { recursive: true, force: true });
}, 60_000);

/** Signed by itself: its own authority. */
async function makeCertificate(): Promise<void> {
  const store = ['-alias', 'broker', '-keystore', join(dir, 'broker.p12'), '-storepass', STORE_PASSWORD];
  const about = ['-keyalg', 'RSA', '-dname', 'CN=broker', '-ext', `SAN=ip:${HOST}`, '-storetype', 'PKCS12'];
  await run('keytool', ['-genkeypair', ...store, ...about]);
  await run('keytool', ['-exportcert', '-rfc', ...store, '-file', join(dir, 'ca.pem')]);
}

async function addScramUser(): Promise<void> {
  const libs = kafkaOnPath() ?? join(kafkaDir, 'lib');
  // One after the other: a credential of the same name twice in one request is refused.
  for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512']) {
    const change = ['--alter', '--add-config', `${mechanism}=[password=${PASSWORD}]`];
    const tool = ['-cp', join(libs, '*'), 'kafka.admin.ConfigCommand', '--bootstrap-server', ...stack.kafka.brokers];
    await run(javaPath() ?? 'java', [...tool, ...change, '--entity-type', 'users', '--entity-name', NAME]);
  }
}

type Mechanism = NonNullable<Config['kafka']['sasl']>['mechanism'];
const connect = (mechanism: Mechanism | null, password = PASSWORD, caFile: string | null = join(dir, 'ca.pem')) =>
  createKafka(
    {
      ...{ brokers: [address], topicPrefix: '', tls: { caFile, certFile: null, keyFile: null } },
      sasl: mechanism === null ? null : { mechanism, username: NAME, password },
    },
    log,
  );

test.each<Mechanism>(['plain', 'scram-sha-256', 'scram-sha-512'])(
  'a broker that asks for encryption and %s is talked to: topics, records there and back, lag',
  async (mechanism) => {
    const kafka = connect(mechanism);
    const topic = `by-${mechanism}`;
    try {
      await kafka.createTopics([{ name: topic, partitions: 1, config: {} }]);
      const producer = await kafka.producer();
      await producer.send([{ topic, key: 'k', value: Buffer.from('here'), headers: {} }]);
      const seen: string[] = [];
      const consumer = await kafka.consume({
        ...{ groupId: topic, topics: [topic] },
        onBatch: (records) => {
          seen.push(...records.map(({ value }) => String(value)));
          return Promise.resolve();
        },
      });
      await eventually('the record', () => seen.length > 0);
      expect(seen).toEqual(['here']);
      await eventually('a commit', async () => (await kafka.lag(topic, topic))[0]?.committed === '1');
      await consumer.close();
    } finally {
      await kafka.close();
    }
  },
);

test.each<[string, () => ReturnType<typeof connect>, object]>([
  ['a wrong password', () => connect('scram-sha-512', 'wrong'), { code: 'CONFIG_INVALID' }],
  ['no login', () => connect(null), { code: 'SERVICE_UNREACHABLE' }],
  ['an authority that did not sign', () => connect('plain', PASSWORD, null), { code: 'SERVICE_UNREACHABLE' }],
])('%s is refused, with the address and without the password', async (_, open, told) => {
  const kafka = open();
  try {
    const refused = await kafka.describeTopics(['any']).then(
      () => null,
      (error: unknown) => error as Error,
    );
    expect(refused).toMatchObject({ ...told, message: expect.stringContaining(address) as unknown });
    expect(refused?.message).not.toContain(PASSWORD);
  } finally {
    await kafka.close();
  }
});
