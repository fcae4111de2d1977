import type { Sides } from './sides';

/** Contents of one wave, and how many of them are under way at once: they keep every poller busy until the wave's end. */
const WAVE = 60;
const AT_ONCE = 30;
const MS = 1_000;

/** Contents per second of both sides, and how they compare. cpu: ms per content, of this process and of the server. */
export interface Pair {
  workflow: Side;
  straightLine: Side;
  ratio: number;
}
export interface Side {
  perSecond: number;
  cpu: Cpu;
}
export interface Cpu {
  here: number;
  server: number;
}

type Name = 'workflow' | 'straightLine';

/**
 * Waves of both sides in turn, as A B B A: what else the machine does, and what grows in the server, meets both alike.
 * Every other pair begins with the other side.
 */
export async function measurePair(sides: Sides, index: number): Promise<Pair> {
  const [a, b]: Name[] = index % 2 === 0 ? ['workflow', 'straightLine'] : ['straightLine', 'workflow'];
  const waves: { name: Name; ms: number; cpu: Cpu }[] = [];
  for (const name of [a, b, b, a] as Name[]) {
    waves.push({ name, ...(await runWave(sides, name, `${String(index)}-${String(waves.length)}`)) });
  }
  const sideOf = (wanted: Name): Side => {
    const own = waves.filter(({ name }) => name === wanted);
    const sum = (pick: (wave: (typeof own)[number]) => number): number => own.reduce((all, one) => all + pick(one), 0);
    const contents = own.length * WAVE;
    return {
      perSecond: contents / (sum(({ ms }) => ms) / MS),
      cpu: { here: sum(({ cpu }) => cpu.here) / contents, server: sum(({ cpu }) => cpu.server) / contents },
    };
  };
  const [workflow, straightLine] = [sideOf('workflow'), sideOf('straightLine')];
  return { workflow, straightLine, ratio: workflow.perSecond / straightLine.perSecond };
}

async function runWave(sides: Sides, name: Name, wave: string): Promise<{ ms: number; cpu: Cpu }> {
  const before = sides.cpu();
  const began = performance.now();
  let next = 0;
  const takeTurns = async (): Promise<void> => {
    while (next < WAVE) await sides[name](`${name}-${wave}-${String(next++)}`);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, takeTurns));
  const ms = performance.now() - began;
  const after = sides.cpu();
  return { ms, cpu: { here: after.here - before.here, server: after.server - before.server } };
}
