import type { ContentRecordInput } from '../contracts/schema/record';
import type { BridgeStatus, Resumed, ResumeInput } from '../operations/bridge';
import type { CommandInput, CommandResult, DecideInput, RetryInput } from '../operations/commands';
import type { DeadLetter, DeadLetterInput, DeadLetterWithValue } from '../operations/dead-letters';
import type { DoctorCheck } from '../operations/doctor';
import type { ContentGlance } from '../operations/glance';
import type { ContentList, ListInput } from '../operations/list';
import type { MigrateResult } from '../operations/migrate';
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
  retry(input: Omit<RetryInput, 'actor'>): Promise<CommandResult>;
  cancel(input: Omit<CommandInput, 'actor'>): Promise<CommandResult>;
  decide(input: Omit<DecideInput, 'actor'>): Promise<CommandResult>;
  deadLetters(input: DeadLetterInput): Promise<DeadLetter[]>;
  deadLetter(id: string): Promise<DeadLetterWithValue>;
  checkTopics(): Promise<TopicCheck[]>;
  createTopics(): Promise<string[]>;
  bridgeStatus(): Promise<BridgeStatus>;
  resumeBridge(input: Omit<ResumeInput, 'actor'>): Promise<Resumed>;
  migrate(): Promise<MigrateResult>;
  doctor(): Promise<DoctorCheck[]>;
}
