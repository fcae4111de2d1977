import type { ContentRecordInput } from '../contracts/schema/record';
import type { AuditLine } from '../operations/audit';
import type { BridgeStatus, Resumed, ResumeInput } from '../operations/bridge';
import type {
  CommandInput,
  CommandResult,
  DecideInput,
  ExtendInput,
  ReprioritiseInput,
  RetryInput,
  SkipInput,
} from '../operations/commands';
import type { DeadLetter, DeadLetterHour, DeadLetterWithValue, ExportedDeadLetter } from '../operations/dead-letters';
import type { CorrectInput, Corrected } from '../operations/dead-letters-correct';
import type { DiscardInput, DiscardResult } from '../operations/dead-letters-discard';
import type { DeadLetterInput, DeadLetterSelection } from '../operations/dead-letters-input';
import type { RedriveInput, RedriveResult } from '../operations/dead-letters-redrive';
import type { DeploymentView, DeployInput } from '../operations/deployments';
import type { DoctorCheck } from '../operations/doctor';
import type { Collected, GcInput } from '../operations/gc';
import type { FinishedResult } from '../operations/generations/command';
import type { ReprocessInput } from '../operations/generations/reprocess';
import type { TakedownResult } from '../operations/generations/takedown';
import type { Explanation } from '../operations/explain';
import type { ContentGlance } from '../operations/glance';
import type { ContentList, ListInput } from '../operations/list';
import type { MigrateResult } from '../operations/migrate';
import type { Reconciled, ReconcileInput } from '../operations/reconcile';
import type { QueueView } from '../operations/run';
import type { ShownContent } from '../operations/show';
import type { TopicCheck } from '../operations/topics';
import type { ContentSummary } from '../operations/views';

/** The result of a registration. */
export interface Registered extends ContentSummary {
  outcome: 'created' | 'changed' | 'unchanged';
  metadataVersion: number;
}

/**
 * All that commands can ask for. Who asks is the client's business, never a flag's: the client in this process acts as
 * the user of the operating system. Everything throws ReelwayError.
 */
export interface ReelwayClient {
  register(input: ContentRecordInput): Promise<Registered>;
  list(input: ListInput): Promise<ContentList>;
  show(contentId: string): Promise<ShownContent>;
  glance(contentId: string): Promise<ContentGlance>;
  explain(contentId: string): Promise<Explanation>;
  audit(contentId: string): Promise<AuditLine[]>;
  queues(): Promise<QueueView[]>;
  reconcile(input: Omit<ReconcileInput, 'actor'>): Promise<Reconciled>;
  retry(input: Omit<RetryInput, 'actor'>): Promise<CommandResult>;
  skip(input: Omit<SkipInput, 'actor' | 'rights'>): Promise<CommandResult>;
  cancel(input: Omit<CommandInput, 'actor'>): Promise<CommandResult>;
  hold(input: Omit<CommandInput, 'actor'>): Promise<CommandResult>;
  release(input: Omit<CommandInput, 'actor'>): Promise<CommandResult>;
  reprioritise(input: Omit<ReprioritiseInput, 'actor'>): Promise<CommandResult>;
  extend(input: Omit<ExtendInput, 'actor'>): Promise<CommandResult>;
  decide(input: Omit<DecideInput, 'actor'>): Promise<CommandResult>;
  takedown(input: Omit<CommandInput, 'actor'>): Promise<TakedownResult>;
  restore(input: Omit<CommandInput, 'actor'>): Promise<FinishedResult>;
  reprocess(input: Omit<ReprocessInput, 'actor'>): Promise<FinishedResult>;
  gc(input: Omit<GcInput, 'actor'>): AsyncIterable<Collected>;
  deadLetters(input: DeadLetterInput): Promise<DeadLetter[]>;
  deadLetter(id: string): Promise<DeadLetterWithValue>;
  deadLetterHours(input: Omit<DeadLetterInput, 'after'>): Promise<DeadLetterHour[]>;
  countDeadLetters(selection: DeadLetterSelection): Promise<number>;
  exportDeadLetters(selection: Omit<DeadLetterSelection, 'ids'>): AsyncIterable<ExportedDeadLetter>;
  redriveDeadLetters(input: Omit<RedriveInput, 'actor'>): AsyncIterable<RedriveResult>;
  discardDeadLetters(input: Omit<DiscardInput, 'actor'>): AsyncIterable<DiscardResult>;
  correctDeadLetter(input: Omit<CorrectInput, 'actor'>): Promise<Corrected>;
  checkTopics(): Promise<TopicCheck[]>;
  createTopics(): Promise<string[]>;
  bridgeStatus(): Promise<BridgeStatus>;
  resumeBridge(input: Omit<ResumeInput, 'actor'>): Promise<Resumed>;
  deployment(): Promise<DeploymentView>;
  ramp(input: Omit<DeployInput, 'actor'> & { buildId: string; percent: number }): Promise<DeploymentView>;
  promote(input: Omit<DeployInput, 'actor'> & { buildId: string }): Promise<DeploymentView>;
  rollBack(input: Omit<DeployInput, 'actor'>): Promise<DeploymentView>;
  migrate(): Promise<MigrateResult>;
  doctor(): Promise<DoctorCheck[]>;
}
