const { common, servers } = require('./test/support/jest-common');

/**
 * Faults for minutes, one test file after the other: they measure whether anything was lost, and need the machine for themselves.
 *
 * @type {import('jest').Config}
 */
module.exports = {
  ...common,
  ...servers,
  displayName: 'chaos',
  reporters: ['default', '<rootDir>/test/support/reporter.js'],
  maxWorkers: 1,
  // A test that fails in mid-fault leaves clients that wait for a server; a run must end all the same.
  forceExit: true,
  testTimeout: 900_000,
  testMatch: ['<rootDir>/test/chaos/**/*.test.ts'],
};
