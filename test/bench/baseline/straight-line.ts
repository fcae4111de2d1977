import { proxyActivities } from '@temporalio/workflow';
import type { Upload } from '../../../contracts/model/lifecycle';
import type { CheckResult, Rung, VerifyUploadResult, WorkPlace } from '../../../contracts/model/work';

/** What both sides of the bench do: as many activities as the real run, side by side where it does them side by side. */
export interface StraightLineInput {
  place: WorkPlace;
  upload: Upload;
  checks: string[];
  /** Announcements of the real run: one with the begin of each stage, the rest at the end. */
  announces: number;
}

interface NoOps {
  verifyUpload(input: object): Promise<VerifyUploadResult>;
  transcodeRendition(input: object): Promise<object>;
  runCheck(input: object): Promise<CheckResult>;
  recordVerdict(input: object): Promise<object>;
  packageContent(input: object): Promise<object>;
  publishContent(input: object): Promise<object>;
  announce(input: object): Promise<object>;
}

const SECOND = 1_000;

/** The same queues and kinds of timeouts as the real work. */
const catalog = proxyActivities<NoOps>({ taskQueue: 'catalog', startToCloseTimeout: 30 * SECOND });
const media = proxyActivities<NoOps>({
  taskQueue: 'media.global',
  scheduleToCloseTimeout: 3_600 * SECOND,
  heartbeatTimeout: 20 * SECOND,
});

/**
 * The same work as `contentLifecycle` without what makes it one: no handlers, facts, gates, deadlines, attributes,
 * details, milestones or compensation. The least that durable orchestration of these activities costs.
 */
export async function straightLine(input: StraightLineInput): Promise<{ status: string }> {
  const { place, upload, checks, announces } = input;
  const teller = new Teller(place, announces);

  teller.tell();
  const { ladder, probe, sha256 } = await media.verifyUpload({ place, upload, verify: 'full', planLadder: true });
  teller.tell();
  const work = { place, rawKey: upload.rawKey, sourceSha256: sha256, probe };
  const renditions = await Promise.all(ladder.map((rung: Rung) => media.transcodeRendition({ ...work, rung })));
  teller.tell();
  const subject = { place, sourceSha256: sha256, creatorId: upload.creatorId };
  await Promise.all(checks.map((check) => catalog.runCheck({ ...subject, check })));
  await catalog.recordVerdict({ place });
  teller.tell();
  await media.packageContent({ place, renditions, set: 1 });
  teller.tell();
  await catalog.publishContent({ place });
  await teller.tellTheRest();
  return { status: 'PUBLISHED' };
}

/** Tells beside the stages, one announcement in flight, as the real run does. */
class Teller {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly place: object,
    private left: number,
  ) {}

  tell(): void {
    if (this.left === 0) return;
    this.left -= 1;
    this.last = this.last.then(() => catalog.announce({ place: this.place }));
  }

  async tellTheRest(): Promise<void> {
    while (this.left > 0) this.tell();
    await this.last;
  }
}
