import { attentionFigures } from '../../../platform/postgres/attention';
import { listContents } from '../../../platform/postgres/contents';
import { createWorld, type World } from '../../support/world';

/** As many in a small platform as in a large one: what is asked for is the same. */
const ATTENTION = 100;
const QUESTIONS = 300;
const PERCENTILE = 0.95;

export interface AttentionTimes {
  /** p95 in ms, of a page of the list and of what the metrics ask. */
  list: number;
  metrics: number;
}

/** Contents in a database of their own, a hundred of which need attention, spread among the others. */
export async function contentsWorld(count: number): Promise<World> {
  const world = await createWorld({ uses: ['postgres'] });
  await world.pool.query(
    `INSERT INTO contents (content_id, phase, status, stage, attention, failure_code, since)
     SELECT 'c-' || n, 'open', CASE WHEN n % $2 = 0 THEN 'PARKED' ELSE 'RUNNING' END, 'transcode', n % $2 = 0,
       CASE WHEN n % $2 = 0 THEN 'TRANSCODE_FAILED' END, now() - n * interval '1 second'
     FROM generate_series(1, $1) n`,
    [count, count / ATTENTION],
  );
  await world.pool.query('VACUUM ANALYZE contents');
  return world;
}

/** Asks both, one question in each in turn, so that what else the machine does meets both. */
export async function attentionTimes(worlds: readonly World[]): Promise<AttentionTimes[]> {
  const times = worlds.map(() => ({ list: [] as number[], metrics: [] as number[] }));
  for (let asked = 0; asked < QUESTIONS; asked++) {
    for (const [index, { pool }] of worlds.entries()) {
      times[index]?.list.push(await took(() => listContents(pool, { attention: true })));
      times[index]?.metrics.push(await took(() => attentionFigures(pool)));
    }
  }
  return times.map(({ list, metrics }) => ({ list: p95(list), metrics: p95(metrics) }));
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const p95 = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * PERCENTILE)] ?? NaN;
