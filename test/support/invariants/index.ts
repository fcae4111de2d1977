import { livingProcesses } from '../processes';
import { TestFailure } from '../test-failure';
import type { World } from '../world';
import { accounted } from './accounted';
import { collectFacts } from './collect';
import { gate } from './gate';
import { halfVisible } from './half-visible';
import { healed } from './healed';
import { leftovers } from './leftovers';
import { oneEffect } from './one-effect';
import { oneOutcome } from './one-outcome';
import { order } from './order';
import { residency } from './residency';
import { secrecy } from './secrecy';
import type { Facts, Invariant, Violation } from './types';

export type { Violation } from './types';

const INVARIANTS: readonly Invariant[] = [
  oneOutcome,
  oneEffect,
  gate,
  accounted,
  halfVisible,
  order,
  residency,
  secrecy,
  healed,
  leftovers,
];

/** From the end of a fault to the time when everything moves again. */
const HEALS_WITHIN_MS = 60_000;
const LOOK_AGAIN_MS = 500;

/** What of DESIGN's ten invariants does not hold in these facts. */
const violationsIn = (facts: Facts): Violation[] => INVARIANTS.flatMap((invariant) => invariant(facts));

/**
 * Looks at everything a world shows and names what does not hold. What is still on its way gets `withinMs` (default 0) to
 * arrive: the world is looked at again until nothing is found or the time is over.
 */
export async function checkInvariants(world: World, { withinMs = 0 } = {}): Promise<Violation[]> {
  const giveUpAt = Date.now() + withinMs;
  for (;;) {
    const violations = violationsIn(await collectFacts(world));
    if (violations.length === 0 || Date.now() >= giveUpAt) return violations;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** At the end of a story: heals the world, by starting what no longer runs, and fails unless all ten invariants hold. */
export async function expectInvariants(world: World): Promise<void> {
  await heal(world);
  const violations = await checkInvariants(world, { withinMs: HEALS_WITHIN_MS });
  if (violations.length === 0) return;
  const lines = violations.map(({ invariant, contentId, what }) => `${String(invariant)}. ${contentId ?? ''}: ${what}`);
  throw new TestFailure(`the world ${world.name} breaks what must always hold:\n${lines.join('\n')}`);
}

async function heal(world: World): Promise<void> {
  const running = livingProcesses(world.name).map(({ command }) => command);
  const runs = (role: string): boolean => running.some((command) => command.includes(`reelway.js ${role}`));
  if (runs('up')) return;
  const missing = ['bridge', 'worker'].filter((role) => !runs(role));
  await Promise.all(missing.map((role) => world.spawnReelway([role])));
}
