/* eslint-disable @typescript-eslint/no-require-imports --
   Loaded when first needed, because the clients of three servers take longer to load than --help takes to run. import()
   would do, but in CommonJS output it is resolved as ESM and needs file extensions that do not exist in the sources. */
import type * as Deps from '../operations/deps';
import type * as Log from '../platform/log';
import type * as ApiClient from './api-client';
import type * as LocalClient from './local-client';
import type * as UploadService from './upload-service';

export const lazy = {
  deps: () => require('../operations/deps') as typeof Deps,
  apiClient: () => require('./api-client') as typeof ApiClient,
  localClient: () => require('./local-client') as typeof LocalClient,
  uploadService: () => require('./upload-service') as typeof UploadService,
  log: () => require('../platform/log') as typeof Log,
};
