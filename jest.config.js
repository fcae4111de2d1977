/** What every project shares. Sources are transformed file by file; types are checked by tsc. */
const common = {
  rootDir: __dirname,
  testEnvironment: 'node',
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.local'],
};

/** These use the shared servers; each file makes a world of its own on them (test/support/world.ts). */
const ON_SERVERS = ['integration', 'e2e'];

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
      testPathIgnorePatterns: ['/node_modules/', ...ON_SERVERS.map((folder) => `<rootDir>/test/${folder}/`)],
    },
    {
      ...common,
      displayName: 'servers',
      testMatch: ON_SERVERS.map((folder) => `<rootDir>/test/${folder}/**/*.test.ts`),
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
    },
  ],
};
