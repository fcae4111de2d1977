import type { Stage, StageStatus, Status, Visibility } from '../../contracts/model/status';
import type { ReadEvent } from './events';
import type { ManifestCheck } from './manifests';
import type { ViewersReport } from './viewers';

/** What the demo saw of its content, from the upload event to what consumers and players find. */
export interface DemoReport {
  readonly contentId: string;
  readonly workflowId: string;
  readonly title: string;
  readonly status: Status;
  readonly visibility: Visibility;
  readonly stages: readonly { stage: Stage; status: StageStatus; seconds: number | null }[];
  /** bitrate: of the encoded file, in bit/s. */
  readonly renditions: readonly { label: string; bytes: number; bitrate: number }[];
  readonly events: readonly ReadEvent[];
  readonly manifests: Readonly<Record<'hls' | 'dash', ManifestCheck>>;
  readonly historyEvents: number | null;
  /** The run in the Temporal UI; null where no UI is known. */
  readonly link: string | null;
  /** From the upload event to PUBLISHED. */
  readonly seconds: number;
  readonly viewers: ViewersReport;
  /** What is not as it should be, a sentence each. */
  readonly problems: readonly string[];
}

/** The line of `--json`; other programs rely on its keys. */
export const jsonOf = (report: DemoReport): string =>
  JSON.stringify({
    contentId: report.contentId,
    workflowId: report.workflowId,
    status: report.status,
    visibility: report.visibility,
    stages: report.stages,
    renditions: report.renditions,
    events: report.events.map(({ topic, eventId, sequence, partition, offset }) => ({
      ...{ topic, eventId, sequence, partition, offset },
    })),
    manifests: { hls: report.manifests.hls.key, dash: report.manifests.dash.key },
    historyEvents: report.historyEvents,
    viewers: report.viewers,
    seconds: report.seconds,
  });
