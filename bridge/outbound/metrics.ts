import type { AnnounceInput, AnnounceResult } from '../../contracts/model/work';
import { toReelwayError } from '../../platform/errors';
import { Counter, Histogram, type Registry } from '../../platform/metrics';

export interface OutboundMetrics {
  onAnnounced(input: AnnounceInput, answer: AnnounceResult, sent: number, ms: number): void;
  onFailed(error: unknown): void;
}

/** From two transactions and a send side by side with others to Kafka's own time-outs. */
const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60];

/** What a worker that announces tells Prometheus. */
export function createOutboundMetrics(registry: Registry): OutboundMetrics {
  const registers = [registry];
  const seconds = new Histogram({
    name: 'reelway_announce_seconds',
    help: 'One announcement: checked, stored, sent and marked.',
    buckets: SECONDS,
    registers,
  });
  const failures = new Counter({
    name: 'reelway_announce_failures_total',
    help: 'Announcements that failed and come again, by code.',
    labelNames: ['code'],
    registers,
  });
  const milestones = new Counter({
    name: 'reelway_announce_milestones_total',
    help: 'Milestones and notices: sent, or refused before they were stored.',
    labelNames: ['result'],
    registers,
  });
  const outcomes = new Counter({
    name: 'reelway_announce_outcomes_total',
    help: 'What runs said of their facts. duplicate with SAME_FACT: the same business key under another event id.',
    labelNames: ['outcome', 'code'],
    registers,
  });
  return {
    onAnnounced: (input, { refused }, sent, ms) => {
      seconds.observe(ms / 1_000);
      milestones.inc({ result: 'sent' }, sent);
      milestones.inc({ result: 'refused' }, refused.length);
      for (const { outcome, code } of input.outcomes) outcomes.inc({ outcome, code: code ?? '' });
    },
    onFailed: (error) => {
      failures.inc({ code: toReelwayError(error).code });
    },
  };
}
