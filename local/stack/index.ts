export { createDatabase, databaseUrl, dropDatabase } from './databases';
export { stackEnv } from './environment';
export { fetchAll, testServerCommand } from './fetch-all';
export { quiet, reportTo, type Progress, type Step } from './progress';
export { readStackFile, runningStack } from './stack-file';
export { startStack, startTemporal } from './start';
export { PARTS, type Part, type ServerName, type Stack, type StackInfo, type StackOptions } from './types';
