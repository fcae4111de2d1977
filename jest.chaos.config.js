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
  testTimeout: 900_000,
  testMatch: ['<rootDir>/test/chaos/**/*.test.ts'],
};
