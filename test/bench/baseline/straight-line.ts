import { proxyActivities } from '@temporalio/workflow';
import type { CheckResult, Rung, VerifyUploadResult } from '../../../contracts/model/work';

/** What both sides of the bench do: as many activities as the real run, side by side where it does them side by side. */
export interface StraightLineInput {
  contentId: string;
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
export async function straightLine({ contentId, checks, announces }: StraightLineInput): Promise<{ status: string }> {
  const place = { contentId };
  const teller = new Teller(place, announces);

  teller.tell();
  const { ladder } = await media.verifyUpload({ place });
  teller.tell();
  const renditions = await Promise.all(ladder.map((rung: Rung) => media.transcodeRendition({ place, rung })));
  teller.tell();
  await Promise.all(checks.map((check) => catalog.runCheck({ place, check })));
  await catalog.recordVerdict({ place });
  teller.tell();
  await media.packageContent({ place, renditions });
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
