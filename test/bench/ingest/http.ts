import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { spawnApi, type RunningApi } from '../../support/api';
import { readyBody } from '../../support/assets';
import { createWorld, type World } from '../../support/world';
import type { BenchOptions, BenchResult } from '../bench';
import { median, rounded } from '../statistics';
import { shoot, type LoadResult, type Shot } from './load';

const CONNECTIONS = 50;
const REQUESTS = 5_000;
const EPISODES = 1_000;

export const HTTP_TARGETS = { mediaProcessed: 0.5, metrics: 0.5 } as const;
type Route = keyof typeof HTTP_TARGETS;

/** Both ingest routes against a route that does one upsert of its body, each a process of its own, in turn. */
export async function measureHttp({ pairs, say }: BenchOptions): Promise<BenchResult> {
  say(`${String(REQUESTS)} requests over ${String(CONNECTIONS)} connections, ours and bare in turn`);
  const world = await createWorld({ uses: ['postgres'] });
  const bare = spawn(process.execPath, [join(__dirname, '../baseline/bare-upsert.js')], {
    env: world.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const bareUrl = String((await once(bare.stdout, 'data'))[0]).trim();
    const api = await spawnApi(world, {
      REELWAY_SERVICE_REQUESTS_PER_MINUTE: '10000000',
    });
    const episodes = await register(world);
    const found: Record<string, LoadResult[]> = { bare: [], mediaProcessed: [], metrics: [] };
    for (let pair = 0; pair <= pairs; pair++) {
      const results = {
        bare: await shoot(bareUrl, bareShots(episodes, pair), CONNECTIONS),
        mediaProcessed: await shoot(api.url, shots('mediaProcessed', api, episodes, pair), CONNECTIONS),
        metrics: await shoot(api.url, shots('metrics', api, episodes, pair), CONNECTIONS),
      };
      say(
        `pair ${String(pair)}: ${Object.entries(results)
          .map(
            ([name, { rate, p99Ms, errorRate }]) =>
              `${name} ${rate.toFixed(0)}/s p99 ${p99Ms.toFixed(0)} ms errors ${errorRate.toFixed(4)}`,
          )
          .join(', ')}`,
      );
      if (pair > 0) for (const [name, result] of Object.entries(results)) found[name]?.push(result);
    }
    return resultOf(found);
  } finally {
    await stopped(bare);
    await world.close();
  }
}

function resultOf(found: Record<string, LoadResult[]>): BenchResult {
  const middle = (name: string, of: keyof LoadResult): number => median((found[name] ?? []).map((one) => one[of]));
  const ratio = (name: Route): number =>
    rounded(median((found[name] ?? []).map(({ rate }, pair) => rate / (found['bare']?.[pair]?.rate ?? NaN))));
  const figures = ['bare', 'mediaProcessed', 'metrics'].map((name) => [
    `${name}: rate/s, p99 ms, error rate`,
    [middle(name, 'rate'), middle(name, 'p99Ms'), middle(name, 'errorRate')].map(rounded),
  ]);
  return {
    ratios: { mediaProcessed: ratio('mediaProcessed'), metrics: ratio('metrics') },
    figures: Object.fromEntries(figures) as Record<string, number[]>,
  };
}

async function register(world: World): Promise<string[]> {
  const ids = Array.from({ length: EPISODES }, () => randomUUID());
  await world.pool.query(
    `INSERT INTO contents (content_id, phase, creator_id, title, content_type, residency, metadata_version)
     SELECT id, 'draft', 'anna', 'A walk', 'VIDEO', 'GLOBAL', 1 FROM unnest($1::text[]) id`,
    [ids],
  );
  return ids;
}

/** Every update is newer than the one before: nothing is answered without a write. */
const body = (episodeId: string, pair: number, index: number): object => ({
  episodeId,
  ...readyBody({ occurredAt: new Date(Date.UTC(2026, 0, 1 + pair) + index).toISOString() }),
});

const episodeOf = (episodes: string[], index: number): string => episodes[index % episodes.length] ?? '';

const bareShots = (episodes: string[], pair: number): Shot[] =>
  Array.from({ length: REQUESTS }, (_, index) => {
    const id = episodeOf(episodes, index);
    return { path: `/bare/${id}`, headers: {}, body: body(id, pair, index) };
  });

const shots = (route: Route, api: RunningApi, episodes: string[], pair: number): Shot[] =>
  Array.from({ length: REQUESTS }, (_, index) => {
    const id = episodeOf(episodes, index);
    const headers = { 'x-service-auth': `Bearer ${api.serviceToken}` };
    return route === 'mediaProcessed'
      ? { path: '/internal/events/media-processed', headers, body: body(id, pair, index) }
      : {
          path: '/internal/events/engagement/metrics',
          headers,
          body: { metrics: [{ contentId: id, score: 0.5, rating: 4 }] },
        };
  });

async function stopped(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
