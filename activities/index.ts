import type { Activities } from '../contracts/model/work';
import { announce } from './announce';
import type { ActivityDeps } from './deps';
import { packageContent } from './package-content';
import { publishContent, withdrawContent } from './publish-content';
import { reconcile } from './reconcile';
import { recordVerdict } from './record-verdict';
import { removeOutputs } from './remove-outputs';
import { runCheck } from './run-check';
import { tellExpiring } from './tell-expiring';
import { tellSubscribers } from './tell-subscribers';
import { transcodeRendition } from './transcode-rendition';
import { verifyUpload } from './verify-upload';
import { wrap } from './wrap';

export type { ActivityDeps } from './deps';
export { sweepTempDirs } from './temp-dirs';

/** All activities of a worker; which of them it runs follows from the task queues it polls. */
export function createActivities(deps: ActivityDeps): Activities {
  return {
    verifyUpload: wrap(deps, verifyUpload),
    transcodeRendition: wrap(deps, transcodeRendition),
    runCheck: wrap(deps, runCheck),
    recordVerdict: wrap(deps, recordVerdict),
    packageContent: wrap(deps, packageContent),
    publishContent: wrap(deps, publishContent),
    announce: wrap(deps, announce),
    removeOutputs: wrap(deps, removeOutputs),
    withdrawContent: wrap(deps, withdrawContent),
    reconcile: wrap(deps, reconcile),
    tellSubscribers: wrap(deps, tellSubscribers),
    tellExpiring: () => wrap(deps, tellExpiring)(null),
  };
}
