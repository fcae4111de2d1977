import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ReelwayError } from '../../contracts/model/errors';

/** The folder with our package.json: two levels up from the sources, three from dist. */
function findRoot(from: string): string {
  if (existsSync(join(from, 'package.json')) && existsSync(join(from, 'package-lock.json'))) return from;
  const up = dirname(from);
  if (up === from) throw new ReelwayError('STACK_FAILED', 'There is no package.json above the local stack.');
  return findRoot(up);
}

export const ROOT = findRoot(__dirname);
const LOCAL = join(ROOT, '.local');
/** What was fetched: one folder per tool and version, complete or not there. */
export const TOOLS = join(LOCAL, 'tools');
export const DATA = join(LOCAL, 'data');

/** Data directories in use other than our own, by hash: those of tests. */
export const SESSIONS = join(LOCAL, 'sessions');

/** Where the stack of a data directory says where its servers are. */
export const stackFileOf = (root: string): string =>
  root === DATA ? join(LOCAL, 'stack.json') : join(root, 'stack.json');

/** The parts of one data directory. */
export interface DataDir {
  readonly root: string;
  readonly run: string;
  readonly logs: string;
  readonly objects: string;
  readonly temp: string;
  readonly ports: string;
  readonly kek: string;
  readonly apiToken: string;
  /** Token that other services show to the demo's API. */
  readonly serviceToken: string;
}

export function dataDir(root: string): DataDir {
  return {
    root,
    run: join(root, 'run'),
    logs: join(root, 'logs'),
    objects: join(root, 'objects'),
    temp: join(root, 'tmp'),
    ports: join(root, 'ports.json'),
    kek: root === DATA ? join(LOCAL, 'dev-kek') : join(root, 'dev-kek'),
    apiToken: root === DATA ? join(LOCAL, 'dev-api-token') : join(root, 'dev-api-token'),
    serviceToken: root === DATA ? join(LOCAL, 'dev-service-token') : join(root, 'dev-service-token'),
  };
}
