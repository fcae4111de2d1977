import {
  CancellationScope,
  allHandlersFinished,
  condition,
  continueAsNew,
  isCancellation,
  patched,
  workflowInfo,
} from '@temporalio/workflow';
import type { Fact } from '../contracts/model/facts';
import type { Milestone, OutcomeReport, Snapshot } from '../contracts/model/lifecycle';
import { STAGES, type Stage } from '../contracts/model/status';
import type { MilestoneTopic } from '../contracts/model/topics';
import type { AnnounceResult } from '../contracts/model/work';
import { Alarm } from './alarm';
import { Announcer } from './announcer';
import { refusal, stageFailure } from './failure';
import type { Command, CommandAnswer, LifecycleInput, LifecycleResult, LifecycleView } from './messages';
import { showAttributes, showDetails } from './presence';
import { isAllRecorded, recordDecisions } from './recorder';
import { compensate } from './saga';
import { stageTasks } from './stages';
import { carryOut, refusalOf, type Verb } from './state/commands';
import { foldFact, takeHeldUpload, type Folded } from './state/fold';
import { isDelegated, isOpen, type StartedState } from './state/gates';
import { nextDeadline, park, settle } from './state/settle';
import { patchStage, placeOf, type Compensation, type LifecycleState } from './state/state';
import { adopt, takeDown } from './state/take-down';
import { STAGE_OF } from './state/milestone-stage';
import { isSameState, snapshotOf, statusOf, transitionKey, viewOf } from './state/view';
import { catalog, media } from './work';

/** Where continue-as-new becomes due; the server suggests by history size, never by the number of signals. */
const EVENTS_DUE = 8_000;
const SIGNALS_DUE = 5_000;

const REFUSED_AFTER_FACTS = 'refused-after-facts';

/** One run: its state, what is under way, and the loop that brings facts, commands, results and deadlines together. */
export class LifecycleRun {
  readonly announcer: Announcer;
  private readonly alarm = new Alarm(() => (this.changed = true));
  private readonly facts: Fact[] = [];
  private readonly tasks = new Map<Stage, { scope: CancellationScope; ended: Promise<void> }>();
  private outcomes: OutcomeReport[] = [];
  private changed = true;
  /** Unwinding or closing: there is no loop to wait for. */
  private ending = false;
  private cause: string | null = null;
  /** Publication did not succeed at once. */
  private isPublishingSlowly = false;

  constructor(
    private readonly input: LifecycleInput,
    public state: LifecycleState,
  ) {
    this.announcer = new Announcer({
      activity: () => catalog(this.state).announce,
      snapshot: () => snapshotOf(this.state),
      takeOutcomes: () => this.outcomes.splice(0),
      isClosing: () => this.state.ended !== null,
      isSettled: () => this.isSettled(),
      refused: (refusals) => {
        this.takeRefusals(refusals);
      },
      seen: (visibility) => {
        if (adopt(this.state, visibility) !== this.state) this.update((state) => adopt(state, visibility));
      },
    });
  }

  /** The handlers' half: facts wait here for the loop. */
  receive(facts: Fact[]): void {
    this.facts.push(...facts);
    this.update((state) => ({ ...state, signals: state.signals + 1 }));
  }

  update(change: (state: LifecycleState) => LifecycleState): void {
    this.state = change(this.state);
    this.changed = true;
  }

  /**
   * A command meets the state as it is after every fact that came before it, which its validator has not seen. A run from
   * before it was looked at again goes on as it did.
   */
  command<C extends Command>(verb: Verb<C>, command: C): CommandAnswer {
    this.takeFacts();
    const refused = refusalOf(verb, this.state, command);
    if (refused !== null && patched(REFUSED_AFTER_FACTS)) throw refusal(refused);
    const now = Date.now();
    this.update((state) => settle(carryOut(verb, state, command, now), now));
    return this.answer();
  }

  takeDown(): void {
    this.takeFacts();
    this.update(takeDown);
  }

  view(): LifecycleView {
    return viewOf(this.state);
  }

  private answer(): CommandAnswer {
    const { status, stage, visibility, attention, code } = snapshotOf(this.state);
    return { status, stage, visibility, attention, code };
  }

  /** The state of a run whose upload is known; stages run only then. */
  started(): StartedState {
    return this.state as StartedState;
  }

  media(stage: Stage): ReturnType<typeof media> {
    return media(this.started(), stage);
  }

  async conduct(): Promise<LifecycleResult> {
    void recordDecisions(this);
    for (;;) {
      this.changed = false;
      this.takeFacts();
      this.update((state) => settle(state, Date.now()));
      this.beginOpenStages();
      this.present();
      if (this.state.cancelAsked || this.state.compensating) await this.unwind();
      if (this.state.ended && (await this.close())) return this.result();
      if (this.isContinueDue()) await this.continueAsNew();
      await this.rest();
    }
  }

  /** `changed` was set by this very pass; only what comes after it wakes the loop. */
  private rest(): Promise<void> {
    this.changed = this.facts.length > 0 || this.needsAnotherPass();
    this.alarm.arm(nextDeadline(this.state), `${snapshotOf(this.state).stage} ${statusOf(this.state)}`);
    if (this.isSettled()) this.announcer.send();
    return condition(() => this.changed || this.isContinueDue());
  }

  /** Between passes of the loop, where everything that changed has been shown. */
  private isSettled(): boolean {
    return this.ending || !this.changed;
  }

  private needsAnotherPass(): boolean {
    return transitionKey(this.state) !== this.state.shown || STAGES.some((stage) => this.canBegin(stage));
  }

  // --- facts

  private takeFacts(): void {
    for (let fact = this.facts.shift(); fact; fact = this.facts.shift()) {
      this.cause = fact.eventId;
      this.take(foldFact(this.state, fact, Date.now()));
    }
    for (let held = takeHeldUpload(this.state); held; held = takeHeldUpload(this.state)) this.take(held);
  }

  private take({ state, outcome }: Folded): void {
    this.update(() => state);
    if (outcome) this.outcomes.push(outcome);
  }

  // --- stages

  private canBegin(stage: Stage): boolean {
    const busy = this.state.ended ?? this.state.compensating ?? this.state.cancelAsked;
    return busy === null && !isDelegated(this.state, stage) && !this.tasks.has(stage) && isOpen(this.state, stage);
  }

  private beginOpenStages(): void {
    for (const stage of STAGES) if (this.canBegin(stage)) this.begin(stage);
  }

  private begin(stage: Stage): void {
    const now = Date.now();
    this.update((state) =>
      patchStage(state, stage, {
        status: 'RUNNING',
        code: null,
        message: null,
        attempt: state.stages[stage].attempt + 1,
        startedAt: now,
        deadlineAt: now + state.policy.deadlineMs[stage],
      }),
    );
    const scope = new CancellationScope({ cancellable: true });
    const ended = this.work(stage, scope);
    this.tasks.set(stage, { scope, ended });
  }

  private async work(stage: Stage, scope: CancellationScope): Promise<void> {
    try {
      await scope.run(() => stageTasks[stage](this));
      this.finish(stage);
    } catch (error) {
      this.fail(stage, error);
    }
    this.tasks.delete(stage);
    this.changed = true;
  }

  /** A stage that set its own next status (a review, an open gate) keeps it. */
  private finish(stage: Stage): void {
    if (this.state.stages[stage].status !== 'RUNNING') return;
    const endedAt = Date.now();
    this.update((state) => patchStage(state, stage, { status: 'DONE', endedAt, deadlineAt: null }));
  }

  private fail(stage: Stage, error: unknown): void {
    if (isCancellation(error)) {
      this.update((state) => patchStage(state, stage, { status: 'CANCELLED', endedAt: Date.now(), deadlineAt: null }));
      return;
    }
    this.update((state) => park(state, stage, stageFailure(error), Date.now()));
  }

  registerCompensation(step: Compensation['step']): void {
    const place = placeOf(this.started());
    const known = this.state.compensations.some((one) => one.step === step && one.place.revision === place.revision);
    if (!known) this.update((state) => ({ ...state, compensations: [...state.compensations, { step, place }] }));
  }

  // --- telling

  tell(topic: MilestoneTopic, milestone: string, payload: Milestone['payload']): void {
    const name = `${topic}:${milestone}`;
    const ordinal = (this.state.ordinals[name] ?? 0) + 1;
    this.update((state) => ({ ...state, ordinals: { ...state.ordinals, [name]: ordinal } }));
    this.announcer.tell({ topic, milestone, ordinal, at: Date.now(), payload });
  }

  /** Shows a changed state to people (attributes, details) and to others (a transition). */
  private present(): void {
    const key = transitionKey(this.state);
    if (key !== this.state.shown) {
      const since = isSameState(key, this.state.shown) ? this.state.since : Date.now();
      this.update((state) => ({ ...state, shown: key, since, stateVersion: state.stateVersion + 1 }));
      if (this.state.upload) this.tellTransition();
    }
    const snapshot = snapshotOf(this.state);
    if (this.state.upload && !this.state.ended && !this.isPassingBy(snapshot)) showAttributes(snapshot);
    showDetails(snapshot);
  }

  /**
   * Each change of an attribute is an event, and a write to a table with an index per attribute: a tenth of a run's cost
   * in all. So publication shows only when it takes longer than a moment, and the end as the run closes: in that task the
   * server writes it once, with the closing itself.
   */
  private isPassingBy({ stage, status }: Snapshot): boolean {
    return stage === 'publish' && status === 'RUNNING' && !this.isPublishingSlowly;
  }

  showPublication(): void {
    this.isPublishingSlowly = true;
    this.changed = true;
  }

  private tellTransition(): void {
    const { contentId, generation, revision, stage, status, visibility, attention, code } = snapshotOf(this.state);
    this.tell('internal.lifecycle.events', 'transition', {
      content_id: contentId,
      generation,
      revision,
      stage,
      status,
      visibility,
      attention,
      code,
      cause_event_id: this.cause,
    });
    this.cause = null;
  }

  /** What was refused was not stored: the stage parks, and its next attempt issues the milestone anew. A transition is not. */
  private takeRefusals(refusals: AnnounceResult['refused']): void {
    for (const { topic, milestone, ordinal, code, message } of refusals) {
      const stage = STAGE_OF[topic as MilestoneTopic];
      if (stage === null) continue;
      const name = `${topic}:${milestone}`;
      this.update((state) => ({ ...state, ordinals: { ...state.ordinals, [name]: ordinal - 1 } }));
      this.update((state) => park({ ...state, ended: null }, stage, { code, message }, Date.now()));
    }
  }

  // --- ends

  /** Stops what runs, waits until it is really gone, then undoes. */
  private async unwind(): Promise<void> {
    if (!this.state.compensating) {
      this.update((state) => ({ ...state, compensating: { for: 'CANCELLED', code: null, failed: null } }));
    }
    if (this.state.compensating?.failed) return;
    this.ending = true;
    this.present();
    this.announcer.send();
    await this.stopStages();
    await compensate(this);
    this.present();
    this.ending = false;
  }

  private async stopStages(): Promise<void> {
    const running = [...this.tasks.values()];
    for (const task of running) task.scope.cancel();
    await Promise.all(running.map((task) => task.ended));
  }

  /** Tells the end, answers every fact that still came, and repeats while more came. False: a refusal re-opened the run. */
  private async close(): Promise<boolean> {
    this.ending = true;
    await this.stopStages();
    for (;;) {
      this.takeFacts();
      this.present();
      await condition(() => isAllRecorded(this.state) || this.announcer.carriesDecisions());
      await this.announcer.flush();
      if (this.state.ended === null) return (this.ending = false);
      const isTold = transitionKey(this.state) === this.state.shown && isAllRecorded(this.state);
      const quiet = isTold && this.facts.length === 0 && this.outcomes.length === 0 && this.announcer.isIdle();
      if (quiet && allHandlersFinished()) {
        if (this.state.upload) showAttributes(snapshotOf(this.state));
        return true;
      }
      await condition(allHandlersFinished);
    }
  }

  private result(): LifecycleResult {
    const { status, visibility, revision, code } = snapshotOf(this.state);
    return { status, visibility, revision, code };
  }

  private isContinueDue(): boolean {
    const info = workflowInfo();
    const due = info.continueAsNewSuggested || info.historyLength > EVENTS_DUE || this.state.signals > SIGNALS_DUE;
    const inFlight =
      this.tasks.size > 0 || this.facts.length > 0 || !this.announcer.isIdle() || !isAllRecorded(this.state);
    return due && !inFlight && this.outcomes.length === 0 && allHandlersFinished();
  }

  private async continueAsNew(): Promise<never> {
    this.alarm.arm(null, '');
    const resumed = { ...this.state, signals: 0 };
    return continueAsNew<(input: LifecycleInput) => Promise<LifecycleResult>>({ ...this.input, resumed });
  }
}
