import { userInfo } from 'node:os';
import { bridgeStatus, resumeBridge } from '../operations/bridge';
import { cancel, decide, retry } from '../operations/commands';
import { deadLetter, deadLetters } from '../operations/dead-letters';
import type { OperationsDeps } from '../operations/deps';
import { doctor } from '../operations/doctor';
import { glance } from '../operations/glance';
import { list } from '../operations/list';
import { migrate } from '../operations/migrate';
import { register } from '../operations/register';
import { show } from '../operations/show';
import { checkTopics, createTopics } from '../operations/topics';
import { summaryOf } from '../operations/views';
import type { ReelwayClient } from './client';

/** Carries everything out in this process, as `local:<user of the operating system>`. */
export function createLocalClient(deps: OperationsDeps, actor: string = localActor()): ReelwayClient {
  return {
    register: async (input) => {
      const { content, outcome } = await register(deps, actor, input);
      return { ...summaryOf(content), outcome, metadataVersion: content.metadataVersion };
    },
    list: (input) => list(deps, input),
    show: (contentId) => show(deps, contentId),
    glance: (contentId) => glance(deps, contentId),
    retry: (input) => retry(deps, { ...input, actor }),
    cancel: (input) => cancel(deps, { ...input, actor }),
    decide: (input) => decide(deps, { ...input, actor }),
    deadLetters: (input) => deadLetters(deps, input),
    deadLetter: (id) => deadLetter(deps, id),
    checkTopics: () => checkTopics(deps),
    createTopics: () => createTopics(deps),
    bridgeStatus: () => bridgeStatus(deps),
    resumeBridge: (input) => resumeBridge(deps, { ...input, actor }),
    migrate: () => migrate(deps),
    doctor: () => doctor(deps),
  };
}

/** A container may run as a user id that no name belongs to. */
function localActor(): string {
  try {
    return `local:${userInfo().username}`;
  } catch {
    return `local:${String(process.getuid?.() ?? 'unknown')}`;
  }
}
