import type { WorkflowExecutionInfo } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { contentIdOf } from '../../../../contracts/model/ids';
import type { SearchAttributeName } from '../../../../contracts/model/search-attributes';
import type { Temporal } from '../../../../platform/temporal/client';
import type { LifecycleResult } from '../../../../workflows/messages';
import type { Activity, Run } from '../types';
import { textIn } from './text';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type Payloads = temporal.api.common.v1.IPayloads;

/** Every run that Temporal still has, with its history. */
export async function collectTemporal({ client }: Temporal): Promise<Run[]> {
  const runs: Run[] = [];
  for await (const info of client.workflow.list()) {
    if (!info.workflowId.startsWith('content:')) continue;
    const { events } = await client.workflow.getHandle(info.workflowId, info.runId).fetchHistory();
    runs.push(toRun(info, events ?? []));
  }
  return runs;
}

function toRun(info: WorkflowExecutionInfo, events: HistoryEvent[]): Run {
  const shown = attributesOf(info, events);
  return {
    contentId: contentIdOf(info.workflowId),
    runId: info.runId,
    origin: events[0]?.workflowExecutionStartedEventAttributes?.originalExecutionRunId ?? info.runId,
    generation: Number(shown('Generation') ?? 1),
    status: info.status.name,
    startedAt: info.startTime.getTime(),
    shown: {
      status: textOr(shown('ContentStatus')),
      stage: textOr(shown('ContentStage')),
      attention: (shown('NeedsAttention') as boolean | undefined) ?? null,
      code: textOr(shown('FailureCode')),
    },
    result: resultOf(events),
    activities: activitiesOf(events),
    timersOpen: timersOpen(events),
    taskFails: taskFails(events),
    text: textIn(events),
  };
}

const textOr = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** From the history, which knows them at once; the visibility store learns of them a moment later. */
function attributesOf(info: WorkflowExecutionInfo, events: HistoryEvent[]): (name: SearchAttributeName) => unknown {
  const shown: Record<string, unknown> = {};
  for (const event of events) {
    const fields =
      event.workflowExecutionStartedEventAttributes?.searchAttributes?.indexedFields ??
      event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes?.indexedFields;
    for (const [name, payload] of Object.entries(fields ?? {})) {
      const value = parse(payload.data);
      shown[name] = Array.isArray(value) ? value[0] : (value ?? undefined);
    }
  }
  return (name) => shown[name];
}

const parse = (data: Uint8Array | null | undefined): unknown => {
  const text = data ? Buffer.from(data).toString('utf8') : '';
  return text === '' ? undefined : (JSON.parse(text) as unknown);
};

const firstOf = (payloads: Payloads | null | undefined): unknown => parse(payloads?.payloads?.[0]?.data);

const resultOf = (events: HistoryEvent[]): LifecycleResult | null =>
  (firstOf(events.at(-1)?.workflowExecutionCompletedEventAttributes?.result) as LifecycleResult | undefined) ?? null;

function activitiesOf(events: HistoryEvent[]): Activity[] {
  const ends = new Map<number, number>();
  for (const event of events) {
    const end =
      event.activityTaskCompletedEventAttributes ??
      event.activityTaskFailedEventAttributes ??
      event.activityTaskTimedOutEventAttributes ??
      event.activityTaskCanceledEventAttributes;
    if (end) ends.set(Number(end.scheduledEventId), Number(event.eventId));
  }
  return events.flatMap((event) => {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (!scheduled) return [];
    const input = firstOf(scheduled.input) as { stage?: string } | undefined;
    const id = Number(event.eventId);
    return {
      name: scheduled.activityType?.name ?? '',
      queue: scheduled.taskQueue?.name ?? '',
      stage: input?.stage ?? null,
      scheduledAt: id,
      endedAt: ends.get(id) ?? null,
    };
  });
}

function timersOpen(events: HistoryEvent[]): number {
  const count = (pick: (event: HistoryEvent) => unknown): number => events.filter((event) => pick(event)).length;
  return (
    count((event) => event.timerStartedEventAttributes) -
    count((event) => event.timerFiredEventAttributes) -
    count((event) => event.timerCanceledEventAttributes)
  );
}

function taskFails(events: HistoryEvent[]): boolean {
  const last = events.findLast(
    (event) => event.workflowTaskCompletedEventAttributes ?? event.workflowTaskFailedEventAttributes,
  );
  return Boolean(last?.workflowTaskFailedEventAttributes);
}
