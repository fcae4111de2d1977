import type { Logger } from '../../platform/log';
import type { Registry } from '../../platform/metrics';
import { attentionFigures, type AttentionFigure } from '../../platform/postgres/attention';
import type { Pool } from '../../platform/postgres/pool';
import { ageOf, lookedUp, shared } from './metrics';

const LABELS = ['code', 'stage'];

/** Contents that need an admin, read from Postgres when somebody asks. */
export function registerAttention(registry: Registry, pool: Pool, log: Logger): void {
  const look = shared(() => attentionFigures(pool));
  const gauge = (name: string, help: string, valueOf: (figure: AttentionFigure) => number): void => {
    const values = async () =>
      (await look()).map((figure) => ({
        labels: { code: figure.code ?? '', stage: figure.stage ?? '' },
        value: valueOf(figure),
      }));
    registry.registerMetric(lookedUp({ name, help, labelNames: LABELS }, values, log));
  };
  gauge('reelway_contents_attention', 'Contents that need an admin, by code and stage.', ({ contents }) => contents);
  gauge(
    'reelway_contents_attention_oldest_seconds',
    'How long the oldest of them has been in its status.',
    ({ oldestSince }) => ageOf(oldestSince),
  );
}
