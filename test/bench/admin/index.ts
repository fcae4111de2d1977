import { createRealCrew } from '../../support/real-crew';
import { createWorld } from '../../support/world';
import type { Bench, BenchOptions, BenchResult } from '../bench';
import { withStack } from '../stack';
import { median, rounded } from '../statistics';
import { attentionTimes, contentsWorld } from './attention';
import { withParked, type Parked } from './retries';

const FEW = 1_000;
const MANY = 100_000;
const PARKED = 500;
const UNPACED = 100_000;
/** The default of the command line. */
const RATE = 10;
/** What a verb may cost, in history events. */
const MOST_EVENTS = 16;

export const adminBench: Bench = {
  about:
    'the attention list among 1,000 and 100,000 contents; bulk retries against a loop of updates; events of a verb',
  targets: { listAttention: 0.5, attentionMetrics: 0.5, bulkRetry: 0.83, verbEvents: 1 },
  run: (options) =>
    withStack(options, async () => {
      const attention = await measureAttention(options);
      const verbs = await measureVerbs(options);
      return { ratios: { ...attention.ratios, ...verbs.ratios }, figures: { ...attention.figures, ...verbs.figures } };
    }),
};

async function measureAttention({ pairs, say }: BenchOptions): Promise<BenchResult> {
  say(`asks for what needs attention among ${String(FEW)} and ${String(MANY)} contents`);
  const worlds = [await contentsWorld(FEW), await contentsWorld(MANY)];
  const lists: number[][] = [];
  const metrics: number[][] = [];
  await attentionTimes(worlds);
  for (let pair = 0; pair < pairs; pair++) {
    const times = await attentionTimes(worlds);
    lists.push(times.map(({ list }) => list));
    metrics.push(times.map(({ metrics: asked }) => asked));
  }
  for (const world of worlds) await world.close();
  const ratio = (measured: number[][]): number =>
    rounded(median(measured.map(([few = NaN, many = NaN]) => few / many)));
  return {
    ratios: { listAttention: ratio(lists), attentionMetrics: ratio(metrics) },
    figures: {
      listP95Ms: [0, 1].map((index) => rounded(median(lists.map((times) => times[index] ?? NaN)))),
      metricsP95Ms: [0, 1].map((index) => rounded(median(metrics.map((times) => times[index] ?? NaN)))),
    },
  };
}

async function measureVerbs(options: BenchOptions): Promise<BenchResult> {
  options.say(`parks ${String(PARKED)} contents, then retries them all`);
  const world = await createWorld({ uses: ['postgres', 'temporal'] });
  const crew = await createRealCrew(world);
  try {
    return await withParked(world, crew, PARKED, (parked) => measureRetries(parked, options));
  } finally {
    await crew.close();
    await world.close();
  }
}

async function measureRetries(parked: Parked, { pairs, say }: BenchOptions): Promise<BenchResult> {
  const ratios: number[] = [];
  for (let pair = 0; pair <= pairs; pair++) {
    const bare = await parked.bare();
    const bulk = await parked.bulk(UNPACED);
    say(
      `pair ${String(pair)}: bulk ${bulk.toFixed(1)}/s, bare ${bare.toFixed(1)}/s, ratio ${(bulk / bare).toFixed(2)}`,
    );
    if (pair > 0) ratios.push(bulk / bare);
  }
  const kept = await parked.bulk(RATE);
  // What a retry begins is work, which fails here and parks again; that is told beside it.
  const { retryAndPark, ...verbs } = await parked.events();
  return {
    ratios: {
      bulkRetry: rounded(median(ratios)),
      verbEvents: rounded(MOST_EVENTS / Math.max(...Object.values(verbs))),
    },
    figures: {
      bulkRetryPairs: ratios.map(rounded),
      rateAsked: RATE,
      rateKept: rounded(kept),
      ...Object.fromEntries(Object.entries(verbs).map(([verb, events]) => [`${verb}Events`, events])),
      retryAndParkEvents: retryAndPark,
    },
  };
}
