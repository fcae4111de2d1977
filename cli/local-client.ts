import { userInfo } from 'node:os';
import { auditOf } from '../operations/audit';
import { bridgeStatus, resumeBridge } from '../operations/bridge';
import { createWayIn } from '../bridge/inbound/way-in';
import { ALL_RIGHTS } from '../contracts/model/rights';
import { cancel, decide, extend, hold, release, reprioritise, retry, skip } from '../operations/commands';
import { deadLetter, deadLetterHours, deadLetters, exportDeadLetters } from '../operations/dead-letters';
import { correct } from '../operations/dead-letters-correct';
import { discard } from '../operations/dead-letters-discard';
import { redrive } from '../operations/dead-letters-redrive';
import { countSelected } from '../operations/dead-letters-select';
import { deployment, promote, ramp, rollBack } from '../operations/deployments';
import type { OperationsDeps } from '../operations/deps';
import { doctor } from '../operations/doctor';
import { explain } from '../operations/explain';
import { gc } from '../operations/gc';
import { reprocess } from '../operations/generations/reprocess';
import { restore } from '../operations/generations/restore';
import { takedown } from '../operations/generations/takedown';
import { glance } from '../operations/glance';
import { list } from '../operations/list';
import { migrate } from '../operations/migrate';
import { queues } from '../operations/queues';
import { reconcile } from '../operations/reconcile';
import { register } from '../operations/register';
import { show } from '../operations/show';
import { checkTopics, createTopics } from '../operations/topics';
import { summaryOf } from '../operations/views';
import type { ReelwayClient } from './client';

/** Carries everything out in this process, as `local:<user of the operating system>`. */
export function createLocalClient(deps: OperationsDeps, actor: string = localActor()): ReelwayClient {
  const withWayIn = () => ({ ...deps, wayIn: createWayIn(deps.config) });
  return {
    register: async (input) => {
      const { content, outcome } = await register(deps, actor, input);
      return { ...summaryOf(content), outcome, metadataVersion: content.metadataVersion };
    },
    list: (input) => list(deps, input),
    show: (contentId) => show(deps, contentId),
    glance: (contentId) => glance(deps, contentId),
    explain: (contentId) => explain(deps, contentId),
    audit: (contentId) => auditOf(deps, contentId),
    queues: () => queues(deps),
    reconcile: (input) => reconcile(deps, { ...input, actor }),
    retry: (input) => retry(deps, { ...input, actor }),
    skip: (input) => skip(deps, { ...input, actor, rights: ALL_RIGHTS }),
    cancel: (input) => cancel(deps, { ...input, actor }),
    hold: (input) => hold(deps, { ...input, actor }),
    release: (input) => release(deps, { ...input, actor }),
    reprioritise: (input) => reprioritise(deps, { ...input, actor }),
    extend: (input) => extend(deps, { ...input, actor }),
    decide: (input) => decide(deps, { ...input, actor }),
    takedown: (input) => takedown(deps, { ...input, actor }),
    restore: (input) => restore(deps, { ...input, actor }),
    reprocess: (input) => reprocess(deps, { ...input, actor }),
    gc: (input) => gc(deps, { ...input, actor }),
    deadLetters: (input) => deadLetters(deps, input),
    deadLetter: (id) => deadLetter(deps, id),
    deadLetterHours: (input) => deadLetterHours(deps, input),
    countDeadLetters: (selection) => countSelected(deps, selection),
    exportDeadLetters: (selection) => exportDeadLetters(deps, selection),
    redriveDeadLetters: (input) => redrive(withWayIn(), { ...input, actor }),
    discardDeadLetters: (input) => discard(deps, { ...input, actor }),
    correctDeadLetter: (input) => correct(withWayIn(), { ...input, actor }),
    checkTopics: () => checkTopics(deps),
    createTopics: () => createTopics(deps),
    bridgeStatus: () => bridgeStatus(deps),
    resumeBridge: (input) => resumeBridge(deps, { ...input, actor }),
    deployment: () => deployment(deps),
    ramp: (input) => ramp(deps, { ...input, actor }),
    promote: (input) => promote(deps, { ...input, actor }),
    rollBack: (input) => rollBack(deps, { ...input, actor }),
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
