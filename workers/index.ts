import type { Config } from '../platform/config';
import { startBridgePart } from './bridge';
import { runRole } from './role';
import { startWorker } from './worker';

/** The long-running processes. Each resolves with its exit code once it has drained; what stops its start is thrown. */
export const runWorker = (config: Config): Promise<number> => runRole('worker', config, [startWorker]);

export const runBridge = (config: Config): Promise<number> => runRole('bridge', config, [startBridgePart]);

/** All in one process, for development. */
export const runUp = (config: Config): Promise<number> => runRole('up', config, [startWorker, startBridgePart]);
