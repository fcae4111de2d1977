import { userInfo } from 'node:os';
import { createWayIn } from '../bridge/inbound/way-in';
import { ALL_RIGHTS, type Caller } from '../contracts/model/rights';
import { operationEntries } from '../operations/admin';
import { perform } from '../operations/admin/operation';
import type { OperationsDeps } from '../operations/deps';
import { migrate, type MigrateResult } from '../operations/migrate';
import { createTopics } from '../operations/topics';
import type { ReelwayClient } from './client';
import { asJson } from './wire';

/** Carries everything out in this process, as `local:<user of the operating system>`, who has every right. */
export function createLocalClient(deps: OperationsDeps): ReelwayClient {
  const given = { ...deps, wayIn: createWayIn(deps.config) };
  const caller: Caller = { actor: localActor(), rights: ALL_RIGHTS };
  const calls = operationEntries().map(([name, entry]) => [
    name,
    // One judge for both clients: what is refused from afar is refused here in the same words.
    (input: object = {}) => call(() => perform(entry, given, caller, asJson(input)), entry.stream === true),
  ]);
  return Object.fromEntries(calls) as ReelwayClient;
}

/** What is refused before anything is asked comes as all refusals do: as a rejection, or with the first result. */
function call(work: () => unknown, isStream: boolean): unknown {
  return isStream ? streamed(work) : Promise.resolve().then(work);
}

async function* streamed(work: () => unknown): AsyncGenerator {
  yield* work() as AsyncIterable<unknown>;
}

/** What prepares the servers themselves; never from afar. */
export interface Setup {
  migrate(): Promise<MigrateResult>;
  createTopics(): Promise<string[]>;
}

export const createSetup = (deps: OperationsDeps): Setup => ({
  migrate: () => migrate(deps),
  createTopics: () => createTopics(deps),
});

/** A container may run as a user id that no name belongs to. */
function localActor(): string {
  try {
    return `local:${userInfo().username}`;
  } catch {
    return `local:${String(process.getuid?.() ?? 'unknown')}`;
  }
}
