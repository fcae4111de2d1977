import type { Config } from '../platform/config';
import { hasTokens, startApiPart } from './api';
import { startBridgePart } from './bridge';
import { startProjectorPart } from './projector';
import { runRole } from './role';
import { startWorker } from './worker';

/** The long-running processes. Each resolves with its exit code once it has drained; what stops its start is thrown. */
export const runWorker = (config: Config): Promise<number> => runRole('worker', config, [startWorker]);

export const runBridge = (config: Config): Promise<number> => runRole('bridge', config, [startBridgePart]);

export const runProjector = (config: Config): Promise<number> => runRole('projector', config, [startProjectorPart]);

export const runApi = (config: Config): Promise<number> => runRole('api', config, [startApiPart]);

/** All in one process, for development; the admin API where there are tokens for it. */
export const runUp = (config: Config): Promise<number> =>
  runRole('up', config, [
    startWorker,
    startBridgePart,
    startProjectorPart,
    ...(hasTokens(config.api) ? [startApiPart] : []),
  ]);
