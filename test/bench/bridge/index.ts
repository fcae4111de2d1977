import type { World } from '../../support/world';
import { bareProducer } from '../baseline/bare-producer';
import type { Bench, BenchOptions, BenchResult } from '../bench';
import { withStack } from '../stack';
import { median, rounded } from '../statistics';
import { announceRate, bareRate, portRate } from './announcing';
import { backlog, bare, bestAtOnce, deliver, uploads } from './delivery';
import { latency } from './latency';
import { bareReread, handledEvents, memoryOf, reread, rereadContents } from './rereading';
import { benchWorld, bridgeOf, deliveredBy, messageOf, produce, send, until, uploadOf } from './setting';
import { countStatements } from './statements';

const DELIVERED = 2_000;
const BACKLOG = { contents: 400, each: 10 };
const REREAD = 100_000;
/** Of each, for the million over which memory must stay flat. */
const COPIES = 10;
const MIB = 1024 * 1024;
const ANNOUNCED = 5_000;
const ANNOUNCED_WHOLE = 1_000;
const PACED_SECONDS = 10;

/** Rates of both sides, pair by pair. */
interface Rates {
  ours: number[];
  bare: number[];
}

export const bridgeBench: Bench = {
  about: 'events/s through the bridge, in and out, against bare loops of the same clients',
  targets: { deliver: 0.95, onePartition: 0.9, catchUp: 4, reread: 0.4, announce: 0.8 },
  run: (options) =>
    withStack(options, async () => {
      const statements = countStatements();
      const parts = [
        await measureDelivery(options, statements),
        await measureReread(options, statements),
        await measureAnnounce(options),
      ];
      return {
        ratios: Object.assign({}, ...parts.map((part) => part.ratios)) as BenchResult['ratios'],
        figures: Object.assign({}, ...parts.map((part) => part.figures)) as BenchResult['figures'],
      };
    }),
};

const inWorld = async <T>(partitions: number | 'real', work: (world: World) => Promise<T>): Promise<T> => {
  const world = await benchWorld(partitions);
  try {
    return await work(world);
  } finally {
    await world.close();
  }
};

/** Ours and the other in turn; every other pair begins with the other. The first pair warms up and does not count. */
async function interleave(
  { pairs, say }: BenchOptions,
  name: string,
  ours: (pair: string) => Promise<number>,
  other: (pair: string) => Promise<number>,
): Promise<Rates> {
  const rates: Rates = { ours: [], bare: [] };
  for (let pair = 0; pair <= pairs; pair++) {
    const label = `${name}-${String(pair)}`;
    const first = pair % 2 === 0 ? await ours(label) : await other(label);
    const second = pair % 2 === 0 ? await other(label) : await ours(label);
    const [own, bareRateOfPair] = pair % 2 === 0 ? [first, second] : [second, first];
    if (pair > 0) {
      rates.ours.push(own);
      rates.bare.push(bareRateOfPair);
    }
    say(`${name} ${pair === 0 ? 'warm-up' : String(pair)}: ${own.toFixed(0)}/s, bare ${bareRateOfPair.toFixed(0)}/s`);
  }
  return rates;
}

function resultOf(name: string, { ours, bare: other }: Rates): BenchResult {
  const ratios = ours.map((rate, index) => rate / (other[index] ?? NaN));
  return {
    ratios: { [name]: rounded(median(ratios)) },
    figures: {
      [`${name}Pairs`]: ratios.map(rounded),
      [`${name}Spread`]: rounded(Math.max(...ratios) - Math.min(...ratios)),
      [`${name}PerSecond`]: rounded(median(ours)),
      [`${name}BarePerSecond`]: rounded(median(other)),
    },
  };
}

const IDLE_MS = 20_000;

/** Share of one core that a bridge without work takes, in percent. */
async function idleCpu(world: World): Promise<number> {
  const { bridge } = await bridgeOf(world, 'idle');
  await until(async () => (await world.kafka.lag('idle', 'media.transcoded')).every(isRead));
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const { user, system } = process.cpuUsage(before);
  await bridge.stop();
  return ((user + system) / 1_000 / IDLE_MS) * 100;
}

const isRead = ({ high, committed }: { high: string; committed: string | null }): boolean =>
  Number(high) === 0 || Number(committed ?? 0) >= Number(high);

/** deliver and catchUp against the bare loop; onePartition against deliver, which runs beside it. */
async function measureDelivery(options: BenchOptions, statements: () => number): Promise<BenchResult> {
  return inWorld('real', (world) =>
    inWorld(1, async (narrow) => {
      const { bridge, registry } = await bridgeOf(world);
      const { bridge: narrowBridge, registry: narrowRegistry } = await bridgeOf(narrow);
      const atOnce = await bestAtOnce(world, DELIVERED / 2);
      const wide = (label: string): Promise<number> => deliver(world, registry, uploads(label, DELIVERED));
      const before = statements();
      const delivered = await interleave(options, 'deliver', wide, (label) =>
        bare(world, `${label}-bare`, DELIVERED, atOnce),
      );
      const perEvent = (statements() - before) / (DELIVERED * (options.pairs + 1));
      const plain = await interleave(options, 'deliverOfPlain', wide, (label) =>
        bare(world, `${label}-bare`, DELIVERED, atOnce, { plain: true }),
      );
      const one = await interleave(
        options,
        'onePartition',
        (label) => deliver(narrow, narrowRegistry, uploads(label, DELIVERED)),
        wide,
      );
      const { contents, each } = BACKLOG;
      const caughtUp = await interleave(
        options,
        'catchUp',
        (label) => deliver(world, registry, backlog(label, contents, each)),
        (label) => bare(world, `${label}-bare`, DELIVERED, atOnce),
      );
      const { p50, p99 } = await latency(world, PACED_SECONDS);
      await Promise.all([bridge.stop(), narrowBridge.stop()]);
      const parts = [resultOf('deliver', delivered), resultOf('onePartition', one), resultOf('catchUp', caughtUp)];
      return {
        ratios: Object.assign({}, ...parts.map((part) => part.ratios)) as BenchResult['ratios'],
        figures: {
          ...(Object.assign({}, ...parts.map((part) => part.figures)) as BenchResult['figures']),
          ...resultOf('deliverOfPlain', plain).figures,
          ...resultOf('deliverOfPlain', plain).ratios,
          ...{ bareAtOnce: atOnce, deliverStatementsPerEvent: rounded(perEvent), latencyP50Ms: p50, latencyP99Ms: p99 },
        },
      };
    }),
  );
}

async function measureReread(options: BenchOptions, statements: () => number): Promise<BenchResult> {
  return inWorld('real', async (world) => {
    options.say(`lets ${String(REREAD)} events be handled`);
    const { bridge, registry } = await bridgeOf(world);
    await produce(world, rereadContents().map(uploadOf));
    await until(async () => (await deliveredBy(registry)) >= rereadContents().length);
    const handled = handledEvents(REREAD).map(messageOf);
    await send(world, handled);
    await until(async () => (await deliveredBy(registry)) >= REREAD + rereadContents().length);
    await bridge.stop();
    let toTemporal = 0;
    let asked = 0;
    const rates = await interleave(
      options,
      'reread',
      async () => {
        const before = statements();
        const { perSecond, delivered } = await reread(world, REREAD);
        toTemporal += delivered;
        asked = statements() - before;
        return perSecond;
      },
      () => bareReread(world, REREAD),
    );
    const { ratios, figures } = resultOf('reread', rates);
    const idleCpuPercent = rounded(await idleCpu(world));
    options.say(`reads ${String(COPIES * REREAD)} records and watches the memory`);
    for (let copy = 1; copy < COPIES; copy++) await send(world, handled);
    const tenths = await memoryOf(world, COPIES * REREAD);
    const memory = { memoryMiB: tenths.map((bytes) => Math.round(bytes / MIB)), idleCpuPercent };
    const counted = { rereadDelivered: toTemporal, rereadStatementsPerEvent: asked / REREAD };
    return { ratios, figures: { ...figures, ...counted, ...memory } };
  });
}

async function measureAnnounce(options: BenchOptions): Promise<BenchResult> {
  return inWorld('real', async (world) => {
    const producer = await world.kafka.producer();
    const plain = await bareProducer(world.config.kafka.brokers);
    const rates = await interleave(
      options,
      'announce',
      (label) => portRate(producer, label, ANNOUNCED),
      (label) => bareRate(world, plain, label, ANNOUNCED),
    );
    const whole = await announceRate(world, producer, 'whole', ANNOUNCED_WHOLE);
    await Promise.all([producer.close(), plain.close()]);
    const { ratios, figures } = resultOf('announce', rates);
    return { ratios, figures: { ...figures, announceActivityPerSecond: rounded(whole) } };
  });
}
