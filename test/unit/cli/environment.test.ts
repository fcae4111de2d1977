import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLocalStack } from '../../../cli/environment';

let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'reelway-environment-'));
  mkdirSync(join(project, '.local'));
});
afterEach(() => {
  rmSync(project, { recursive: true });
});

const write = (content: string): void => {
  writeFileSync(join(project, '.local', 'stack.json'), content);
};

test('the addresses of a stack that runs in the project are used', () => {
  write(
    JSON.stringify({
      temporal: { address: '127.0.0.1:7233', namespace: 'default', ui: '' },
      kafka: { brokers: ['127.0.0.1:1', '127.0.0.1:2'] },
      postgres: { url: 'postgres://x@127.0.0.1/reelway' },
    }),
  );
  expect(withLocalStack({ PATH: '/bin' }, [project])).toEqual({
    PATH: '/bin',
    REELWAY_TEMPORAL_ADDRESS: '127.0.0.1:7233',
    REELWAY_TEMPORAL_NAMESPACE: 'default',
    REELWAY_KAFKA_BROKERS: '127.0.0.1:1,127.0.0.1:2',
    REELWAY_POSTGRES_URL: 'postgres://x@127.0.0.1/reelway',
  });
});

test('a variable that is set wins over the stack, an empty one does not', () => {
  write(JSON.stringify({ temporal: { address: '127.0.0.1:7233', namespace: 'default' } }));
  const env = { REELWAY_TEMPORAL_ADDRESS: 'temporal:7233', REELWAY_TEMPORAL_NAMESPACE: '' };
  expect(withLocalStack(env, [project])).toMatchObject({
    REELWAY_TEMPORAL_ADDRESS: 'temporal:7233',
    REELWAY_TEMPORAL_NAMESPACE: 'default',
  });
});

test.each([['{ half'], ['null'], ['[]'], ['{"temporal":7}']])(
  'a file that is none of ours counts as absent: %s',
  (content) => {
    write(content);
    expect(withLocalStack({ PATH: '/bin' }, [project])).toEqual({ PATH: '/bin' });
  },
);

test('without a stack the environment stands alone', () => {
  expect(withLocalStack({ PATH: '/bin' }, [project])).toEqual({ PATH: '/bin' });
});
