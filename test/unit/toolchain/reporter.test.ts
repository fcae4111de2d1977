import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const REPORTER = join(__dirname, '../../support/reporter.js');
const RESULTS = {
  numPassedTests: 12,
  numFailedTests: 0,
  numRuntimeErrorTestSuites: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  wasInterrupted: false,
};

/** What a process prints whose test run ended so, with this exit code. */
function printed(results: Partial<typeof RESULTS>, exitCode = 0): string {
  const script = `
    const Reporter = require(${JSON.stringify(REPORTER)});
    new Reporter().onRunComplete(new Set(), ${JSON.stringify({ ...RESULTS, ...results })});
    console.log('said later');
    process.on('exit', () => { process.exitCode = 0; });
    process.exitCode = ${String(exitCode)};`;
  return execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' });
}

it.each([
  ['all is well', {}, 0, '12 passed, 0 failed'],
  ['some failed', { numFailedTests: 2 }, 1, '12 passed, 2 failed'],
  ['a file could not be run', { numRuntimeErrorTestSuites: 1 }, 1, '12 passed, 1 failed'],
  ['some were skipped', { numPendingTests: 1, numTodoTests: 1 }, 0, '12 passed, 0 failed, 2 skipped'],
  ['it was interrupted', { wasInterrupted: true }, 1, '12 passed, 1 failed'],
  ['the teardown failed', {}, 1, '12 passed, 1 failed'],
])('the last line counts what happened: %s', (_case, results, exitCode, line) => {
  expect(printed(results, exitCode).trimEnd().split('\n').at(-1)).toBe(line);
});
