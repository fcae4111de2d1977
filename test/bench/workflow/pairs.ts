import type { Sides } from './sides';

/** Long enough that starts and ends weigh little, short enough that both sides of a pair meet the same machine. */
const CONTENTS = 40;
/** Under way at the same time: keeps every poller busy. */
const IN_FLIGHT = 20;
const MS = 1_000;

/** Contents per second of both sides, measured one right after the other, and how they compare. */
export interface Pair {
  workflow: number;
  baseline: number;
  ratio: number;
}

/** Which side goes first changes with every pair, so that neither always meets the server that the other has warmed. */
export async function measurePair(sides: Sides, index: number): Promise<Pair> {
  const workflow = (): Promise<number> =>
    perSecond((one) => sides.workflow(`workflow-${String(index)}-${String(one)}`));
  const baseline = (): Promise<number> =>
    perSecond((one) => sides.straightLine(`line-${String(index)}-${String(one)}`));
  if (index % 2 === 0) {
    const first = await workflow();
    return pairOf(first, await baseline());
  }
  const first = await baseline();
  return pairOf(await workflow(), first);
}

const pairOf = (workflow: number, baseline: number): Pair => ({ workflow, baseline, ratio: workflow / baseline });

async function perSecond(run: (index: number) => Promise<void>): Promise<number> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < CONTENTS) await run(next++);
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  return CONTENTS / ((performance.now() - began) / MS);
}
