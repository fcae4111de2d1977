import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createActivities, type ActivityDeps } from '../../../activities';
import { DEFAULT_LIMITS, type MediaTools } from '../../../activities/media';
import type { ErrorCode } from '../../../contracts/model/errors';
import type { ObjectStore } from '../../../contracts/model/ports';
import type { Residency } from '../../../contracts/model/status';
import type { VerifyUploadInput, WorkPlace } from '../../../contracts/model/work';
import { openKeyStore } from '../../../platform/keys/key-store';
import { openFilesystemObjects } from '../../../platform/objects/filesystem';
import { Clips, mediaTools } from '../../support/clips';
import { createWorld, type World } from '../../support/world';

/** A world with everything that activities stand on, and clips to feed them with. */
export interface Setting {
  world: World;
  deps: ActivityDeps;
  objects: ObjectStore;
  tools: MediaTools;
  clips: Clips;
  /** Another worker: the same stores, other residencies. */
  serving(...residencies: Residency[]): ActivityDeps;
  /** Every file under the temp directory of the workers. */
  temporaryFiles(): Promise<string[]>;
}

export async function createSetting(): Promise<Setting> {
  const world = await createWorld({ uses: ['postgres'] });
  const { pool, dirs } = world;
  const tools = await mediaTools();
  const objects = await openFilesystemObjects({ root: dirs.objects });
  const keys = await openKeyStore(pool, { kekFile: join(dirs.root, 'kek') });
  const outbound = { announce: () => Promise.resolve({ refused: [] }) };
  const reconcile = () => Promise.resolve({ contents: 0, runs: 0, found: {}, repaired: [] });
  const log = { info: () => undefined, warn: () => undefined };
  const deps: ActivityDeps = {
    ...{ pool, objects, keys, outbound, reconcile, tools, log },
    newContent: { tell: () => Promise.resolve() },
    tellExpiring: () => Promise.resolve({ told: 0, expired: 0 }),
    ...{ limits: DEFAULT_LIMITS, tempDir: dirs.temp, residencies: ['GLOBAL'] },
  };
  return {
    ...{ world, deps, objects, tools, clips: new Clips(tools, dirs.root) },
    serving: (...residencies) => ({ ...deps, residencies }),
    temporaryFiles: async () => (await readdir(dirs.temp, { recursive: true })).filter((name) => name.includes('@')),
  };
}

/** One attempt at an activity, as a worker makes it, with what it told in heartbeats. */
export class AttemptRun {
  readonly heartbeats: { percent: number; label: string }[] = [];
  private readonly env: MockActivityEnvironment;
  readonly activities: ReturnType<typeof createActivities>;

  constructor(deps: ActivityDeps, workflowId = 'content:c', attempt = 1) {
    const workflowExecution = { workflowId, runId: 'run' };
    // The SDK's own line for every failure; here failures are what is asked for.
    const logger = new DefaultLogger('ERROR', () => undefined);
    this.env = new MockActivityEnvironment({ attempt, activityId: '5', workflowExecution }, { logger });
    this.env.on('heartbeat', (details: { percent: number; label: string }) => this.heartbeats.push(details));
    this.activities = createActivities(deps);
  }

  run<I, O>(activity: (input: I) => Promise<O>, input: I): Promise<O> {
    return this.env.run(activity, input);
  }

  cancel(): void {
    this.env.cancel();
  }

  onHeartbeat(listener: (details: { percent: number; label: string }) => void): void {
    this.env.on('heartbeat', listener);
  }
}

export const placeOf = (contentId: string, changes: Partial<WorkPlace> = {}): WorkPlace => ({
  ...{ contentId, generation: 1, revision: 1, residency: 'GLOBAL', contentType: 'VIDEO' },
  ...changes,
});

export function uploadOf(place: WorkPlace, changes: Partial<VerifyUploadInput['upload']> = {}): VerifyUploadInput {
  const { contentId, residency, contentType } = place;
  const upload = {
    ...{ uploadSessionId: `s-${contentId}`, creatorId: 'anna', rawKey: `raw/${contentId}/clip`, at: 1_000 },
    ...{ residency, contentType, ...changes },
  };
  return { place, upload, verify: 'full', planLadder: true };
}

export const failing = (code: ErrorCode, nonRetryable?: boolean): object => ({
  name: 'ApplicationFailure',
  type: code,
  ...(nonRetryable === undefined ? {} : { nonRetryable }),
});

export const sha256OfFile = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
