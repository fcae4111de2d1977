import { cpus, loadavg, release, totalmem } from 'node:os';
import { version as temporalSdk } from '@temporalio/worker/package.json';

const GIB = 1024 ** 3;

/** Where the figures come from. load: of the last minute; above the number of cpus something else was running. */
export const machine = () => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cpus: cpus().length,
  memoryGiB: Math.round(totalmem() / GIB),
  os: `${process.platform} ${release()}`,
  node: process.versions.node,
  temporalSdk,
  load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
});
