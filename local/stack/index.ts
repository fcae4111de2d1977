export { createDatabase, dropDatabase } from './databases';
export { stackEnv } from './environment';
export { fetchAll, testServerCommand } from './fetch-all';
export { reportTo, type Progress } from './progress';
export { readStackFile } from './stack-file';
export { startStack, startTemporal } from './start';
export type { Stack } from './types';
