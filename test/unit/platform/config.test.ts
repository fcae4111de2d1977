import { loadConfig } from '../../../platform/config';

const REQUIRED = {
  REELWAY_TEMPORAL_ADDRESS: '127.0.0.1:7233',
  REELWAY_KAFKA_BROKERS: '127.0.0.1:9092',
  REELWAY_POSTGRES_URL: 'postgres://reelway:s3cret@127.0.0.1/reelway',
  REELWAY_OBJECTS_ROOT: '/srv/objects',
};

test('what is required is enough', () => {
  expect(loadConfig(REQUIRED).kafka).toEqual({
    brokers: ['127.0.0.1:9092'],
    topicPrefix: '',
    groupId: 'reelway-bridge',
    minInsyncReplicas: 1,
    tellsUnpublished: false,
    tls: null,
    sasl: null,
  });
});

test('every problem is told at once, without a value', () => {
  const env = { ...REQUIRED, REELWAY_POSTGRES_URL: 'mysql://u:s3cret@h/d', REELWAY_METRICS_PORT: '70000' };
  const load = (): unknown => loadConfig(env);
  expect(load).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  expect(load).toThrow(/REELWAY_POSTGRES_URL .*\nREELWAY_METRICS_PORT /s);
  expect(load).not.toThrow(/s3cret/);
});
