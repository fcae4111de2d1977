/* eslint-disable @typescript-eslint/no-require-imports --
   Loaded when first needed, because the clients of three servers take longer to load than --help takes to run. import()
   would do, but in CommonJS output it is resolved as ESM and needs file extensions that do not exist in the sources. */
export const lazy = {
  deps: () => require('../operations/deps') as typeof import('../operations/deps'),
  localClient: () => require('./local-client') as typeof import('./local-client'),
  uploadService: () => require('./upload-service') as typeof import('./upload-service'),
  log: () => require('../platform/log') as typeof import('../platform/log'),
};
