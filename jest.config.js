const { common, servers } = require('./test/support/jest-common');

/** These use the shared servers; each file makes a world of its own on them (test/support/world.ts). */
const ON_SERVERS = ['integration', 'e2e'];
/** Chaos has a configuration of its own: jest.chaos.config.js. */
const NOT_ALONE = [...ON_SERVERS, 'chaos'];

/** @type {import('jest').Config} */
module.exports = {
  reporters: ['default', '<rootDir>/test/support/reporter.js'],
  // More would run ffmpeg, Kafka and Temporal against each other on the two cores of a small machine.
  maxWorkers: 2,
  // Real servers, on a machine that may be busy with ffmpeg. Inside a project jest would ignore it.
  testTimeout: 120_000,
  projects: [
    {
      ...common,
      displayName: 'alone',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...NOT_ALONE.map((folder) => `<rootDir>/test/${folder}/`)],
    },
    {
      ...common,
      displayName: 'servers',
      testMatch: ON_SERVERS.map((folder) => `<rootDir>/test/${folder}/**/*.test.ts`),
      ...servers,
    },
  ],
};
