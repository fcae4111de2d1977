import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaError } from '../../../platform/kafka/client';
import { securityOptions } from '../../../platform/kafka/security';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'reelway-tls-'));
  for (const name of ['ca', 'cert', 'key']) writeFileSync(join(dir, name), `pem of ${name}`);
});
afterAll(() => {
  rmSync(dir, { recursive: true });
});
const file = (name: string): string => join(dir, name);

test('without configuration neither encryption nor login', () => {
  expect(securityOptions({ tls: null, sasl: null })).toEqual({});
});

test('encryption alone trusts whom Node trusts, and always checks', () => {
  expect(securityOptions({ tls: { caFile: null, certFile: null, keyFile: null } })).toEqual({
    ssl: { rejectUnauthorized: true },
  });
});

test('files are read into the options', () => {
  const tls = { caFile: file('ca'), certFile: file('cert'), keyFile: file('key') };
  expect(securityOptions({ tls })).toEqual({
    ssl: { rejectUnauthorized: true, ca: 'pem of ca', cert: 'pem of cert', key: 'pem of key' },
  });
});

test('every file that cannot be read is told at once, by its variable', () => {
  const tls = { caFile: file('no-ca'), certFile: file('cert'), keyFile: file('no-key') };
  expect(() => securityOptions({ tls })).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/REELWAY_KAFKA_TLS_CA_FILE: .*; REELWAY_KAFKA_TLS_KEY_FILE: /) as unknown,
    }),
  );
});

test.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)('a login by %s is passed on', (mechanism) => {
  const sasl = { mechanism, username: 'reelway', password: 'secret' };
  expect(securityOptions({ sasl })).toEqual({ sasl });
});

test('a login that a broker refuses is a matter of configuration', () => {
  const refused = Object.assign(new Error('Authentication failed'), { name: 'KafkaJSSASLAuthenticationError' });
  const wrapped = new Error('not connected', { cause: refused });
  expect(kafkaError(wrapped, ['kafka:9092'])).toMatchObject({
    code: 'CONFIG_INVALID',
    message: 'Kafka at kafka:9092 refused the login: Authentication failed',
  });
});
