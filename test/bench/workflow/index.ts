import type { Bench, BenchOptions, BenchResult } from '../bench';
import { withStack } from '../stack';
import { rounded, median } from '../statistics';
import { measurePair, type Pair, type Side } from './pairs';
import { realHistoryEvents } from './real-history';
import { withSides, type Sides } from './sides';

export const workflowBench: Bench = {
  about: 'contents/s through the whole workflow with no-op stages, against a straight line of the same activities',
  targets: { workflow: 0.8 },
  run: (options) =>
    withStack(options, async (stack) => {
      const measured = await withSides(stack, (sides) => measure(sides, options));
      options.say('lets a real 1080p video be published, to count its history');
      const historyEvents = await realHistoryEvents(stack);
      return { ...measured, figures: { ...measured.figures, historyEvents } };
    }),
};

async function measure(sides: Sides, { pairs, say }: BenchOptions): Promise<BenchResult> {
  say('warm-up pair');
  await measurePair(sides, 0);
  const measured: Pair[] = [];
  for (let index = 1; index <= pairs; index++) {
    const pair = await measurePair(sides, index);
    measured.push(pair);
    say(
      `pair ${String(index)}: workflow ${told(pair.workflow)}, straight line ${told(pair.straightLine)}, ratio ${pair.ratio.toFixed(2)}`,
    );
  }
  const ratios = measured.map((pair) => pair.ratio);
  const middle = (pick: (pair: Pair) => number): number => rounded(median(measured.map(pick)));
  return {
    ratios: { workflow: rounded(median(ratios)) },
    figures: {
      workflowPairs: ratios.map(rounded),
      workflowSpread: rounded(Math.max(...ratios) - Math.min(...ratios)),
      contentsPerSecond: middle((pair) => pair.workflow.perSecond),
      straightLinePerSecond: middle((pair) => pair.straightLine.perSecond),
      cpuMsPerContent: middle((pair) => pair.workflow.cpu.here),
      straightLineCpuMs: middle((pair) => pair.straightLine.cpu.here),
      serverCpuMsPerContent: middle((pair) => pair.workflow.cpu.server),
      straightLineServerCpuMs: middle((pair) => pair.straightLine.cpu.server),
      activities: sides.activities,
      announces: sides.announces,
      noOpHistoryEvents: sides.costs.workflow.events,
      noOpWorkflowTasks: sides.costs.workflow.tasks,
      straightLineEvents: sides.costs.straightLine.events,
      straightLineTasks: sides.costs.straightLine.tasks,
    },
  };
}

const told = ({ perSecond, cpu }: Side): string =>
  `${perSecond.toFixed(2)}/s (CPU ${cpu.here.toFixed(0)} + ${cpu.server.toFixed(0)} ms)`;
