import type { Bench, BenchResult } from './bench';
import { machine } from './machine';

/** The result as people read it. */
export function report({ targets }: Bench, { ratios, figures }: BenchResult): string {
  const { cpu, cpus, memoryGiB, node, load } = machine();
  return [
    '',
    ...Object.entries(ratios).map(([name, ratio]) =>
      line(`ratio ${name}`, `${String(ratio)}${verdict(targets[name], ratio)}`),
    ),
    ...Object.entries(figures).map(([name, value]) => line(name, [value].flat().join('  '))),
    line('machine', `${cpu}, ${String(cpus)} cpus, ${String(memoryGiB)} GiB, Node ${node}, load ${String(load)}`),
    '',
  ].join('\n');
}

const line = (name: string, value: string): string => `${name.padEnd(26)} ${value}`;

function verdict(target: number | undefined, ratio: number): string {
  if (target === undefined) return '';
  return ratio >= target ? ` (at least ${String(target)}: met)` : ` (at least ${String(target)}: MISSED)`;
}
