import type { Stage } from '../../contracts/model/status';
import type { LifecycleRun } from '../run';
import { moderate } from './moderate';
import { packageContent } from './package';
import { publish } from './publish';
import { transcode } from './transcode';
import { verifyUpload } from './upload';

/** What we do ourselves in each stage. It resolves when the stage's fact is known; what it throws parks the stage. */
export const stageTasks: Record<Stage, (run: LifecycleRun) => Promise<void>> = {
  upload: verifyUpload,
  transcode,
  moderate,
  package: packageContent,
  publish,
};
