import { condition } from '@temporalio/workflow';
import type { Milestone, OutcomeReport, Snapshot } from '../contracts/model/lifecycle';
import type { Notice } from '../contracts/model/notices';
import type { Visibility } from '../contracts/model/status';
import type { AnnounceResult, RecordedDecision } from '../contracts/model/work';
import type { catalog } from './work';

/** Milestones in one announce; the rest goes with the next, so that no payload grows without limit. */
const BATCH = 100;

type Announce = ReturnType<typeof catalog>['announce'];

interface AnnouncerHost {
  activity(): Announce;
  snapshot(): Snapshot;
  takeOutcomes(): OutcomeReport[];
  isClosing(): boolean;
  /** The loop has shown all that changed: what belongs together leaves together, in one activity. */
  isSettled(): boolean;
  refused(refusals: AnnounceResult['refused']): void;
  /** Who sees the content, by the row. */
  seen(visibility: Visibility): void;
}

/**
 * Tells the rest of the world, first in first out, one activity in flight, everything that waits at once. Stages go on
 * beside it. The loop calls it, outside every stage's cancellation scope, so a cancel never stops an announcement.
 */
export class Announcer {
  private milestones: Milestone[] = [];
  private notices: Notice[] = [];
  private decisions: { carried: RecordedDecision; told: (isRecorded: boolean) => void }[] = [];
  /** Decisions that wait or are under way. */
  private unrecorded = 0;
  private inFlight = false;
  private flushAsked = false;

  constructor(private readonly host: AnnouncerHost) {}

  tell(milestone: Milestone): void {
    this.milestones.push(milestone);
  }

  notify(notice: Notice): void {
    this.notices.push(notice);
  }

  /** Takes a decision along, to be recorded with what is told next; false: it was told, and not recorded. */
  record(carried: RecordedDecision): Promise<boolean> {
    this.unrecorded += 1;
    return new Promise((told) => this.decisions.push({ carried, told }));
  }

  carriesDecisions(): boolean {
    return this.unrecorded > 0;
  }

  isIdle(): boolean {
    return !this.inFlight && !this.hasWork();
  }

  /** Sends what waits, and reports outcomes and state even where there is nothing to tell. */
  async flush(): Promise<void> {
    this.flushAsked = true;
    this.send();
    await condition(() => this.isIdle());
  }

  /** Sends what waits where the loop has nothing to add to it; else the loop does, once it has. */
  offer(): void {
    if (this.host.isSettled()) this.send();
  }

  /** Sends everything that waits, unless an announcement is under way: then its end does. */
  send(): void {
    if (this.inFlight || !this.hasWork()) return;
    this.inFlight = true;
    this.flushAsked = false;
    const decisions = this.decisions.splice(0, BATCH);
    void this.announce(decisions.map(({ carried }) => carried)).then(({ refused, visibility, recorded = [] }) => {
      this.inFlight = false;
      this.unrecorded -= decisions.length;
      for (const { carried, told } of decisions) told(recorded.includes(carried.decision.decisionId));
      if (refused.length > 0) this.host.refused(refused);
      if (visibility) this.host.seen(visibility);
      this.offer();
    });
  }

  private hasWork(): boolean {
    const waiting = this.milestones.length + this.notices.length + this.decisions.length;
    return this.flushAsked || waiting > 0;
  }

  private announce(decisions: RecordedDecision[]): Promise<AnnounceResult> {
    const milestones = this.milestones.splice(0, BATCH);
    const notices = this.notices.splice(0, BATCH);
    const outcomes = this.host.takeOutcomes();
    const summary = summaryOf(milestones, outcomes);
    const input = {
      ...{ snapshot: this.host.snapshot(), milestones, notices, outcomes, closing: this.host.isClosing() },
      ...(decisions.length > 0 && { decisions }),
    };
    return this.host.activity().executeWithOptions({ summary }, [input]);
  }
}

function summaryOf(milestones: Milestone[], outcomes: OutcomeReport[]): string {
  const topics = [...new Set(milestones.map((one) => one.topic))].filter((topic) => !topic.startsWith('internal.'));
  const told = topics.length > 0 ? topics.join(', ') : `${String(milestones.length)} transitions`;
  return outcomes.length > 0 ? `announce ${told}; ${String(outcomes.length)} outcomes` : `announce ${told}`;
}
