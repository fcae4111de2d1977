import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { armFaults, reached } from '../../../platform/faults';
import { createLog } from '../../../platform/log';

const log = createLog({ level: 'silent' });
const NOT_YET = Symbol('not yet');
const now = (): Promise<symbol> => new Promise((resolve) => setImmediate(resolve, NOT_YET));

test('a fault point does nothing unless it is named', async () => {
  armFaults({ fault: { point: null, dir: null }, production: true }, log);
  await expect(reached('announce-before-send')).resolves.toBeUndefined();
});

test('production refuses to start with one', () => {
  const start = (): void => {
    armFaults({ fault: { point: 'announce-before-send', dir: null }, production: true }, log);
  };
  expect(start).toThrow(expect.objectContaining({ code: 'FAULTS_IN_PRODUCTION' }));
});

test('the named one tells the test and never returns; others with a longer or shorter name do', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'reelway-faults-'));
  jest.useFakeTimers({ doNotFake: ['setImmediate'] });
  armFaults({ fault: { point: 'bridge-after-commit', dir }, production: false }, log);
  await expect(reached('bridge-after')).resolves.toBeUndefined();
  await expect(reached('bridge-after-commit-2')).resolves.toBeUndefined();
  expect(await Promise.race([reached('bridge-after-commit'), now()])).toBe(NOT_YET);
  expect(readdirSync(dir)).toEqual([`bridge-after-commit.${String(process.pid)}`]);
  jest.useRealTimers();
  rmSync(dir, { recursive: true });
});
