import * as fc from 'fast-check';
import type { Cli } from '../../../cli/cli';
import type { ReelwayClient } from '../../../cli/client';
import { createProgram } from '../../../cli/program';
import { FINISHED_VERBS } from '../../../contracts/model/generation';
import type { CarriedOver, Upload } from '../../../contracts/model/lifecycle';
import { DEFAULT_POLICY } from '../../../contracts/model/policy';
import { DECISIONS } from '../../../contracts/model/status';
import { nextCommands } from '../../../operations/next';
import * as verbs from '../../../workflows/state/commands';
import { foldFact } from '../../../workflows/state/fold';
import { isOpen } from '../../../workflows/state/gates';
import { nextDeadline, settle } from '../../../workflows/state/settle';
import { STAGES } from '../../../contracts/model/status';
import { carryOver, newState, type LifecycleState } from '../../../workflows/state/state';
import { awaitsCreator, snapshotOf } from '../../../workflows/state/view';
import { flaggedFact } from '../../support/facts';
import { statesOf, walks } from '../../support/walk';

type Input = Record<string, unknown> & { commandId: string; reason: string };

/** What the command line would send, asked of the run's own rules. */
function refusalOf(state: LifecycleState, verb: string, input: Input, now: number): string | null {
  const command = { actor: 'local:anna', decisionId: 'd', at: now, ...input };
  return verbs.refusalOf(verbs[verb as 'retry'], state, command);
}

/** The command line as it is, with a client that asks the state. The parser is made once: it is slow to make. */
let ask: (verb: string, input: Input) => string | null = () => null;
let refused: string | null = null;
const client = new Proxy({} as ReelwayClient, {
  get: (_, verb: string) => (input: Input) => Promise.resolve((refused = ask(verb, input))),
});
const cli = { client: () => client, output: () => ({ one: () => undefined }) } as unknown as Cli;
const silent = { stdout: { write: () => true }, stderr: { write: () => true } };
const program = createProgram(cli, silent);

/** The code of the refusal, or null. */
async function tryLine(line: string, state: LifecycleState, now: number): Promise<string | null> {
  refused = 'NOT_SENT';
  ask = (verb, input) => refusalOf(state, verb, input, now);
  await program.parseAsync(line.split(' '), { from: 'electron' });
  return refused;
}

/** Every way of filling in what a person has to; watch and register ask nothing of the run. */
function filledIn(line: string): string[] {
  const plain = line.replace('TEXT', 'because').replace('KEY', 'raw/c-1/right.mp4');
  const all = DECISIONS.join('|');
  return plain.includes(all) ? DECISIONS.map((decision) => plain.replace(all, decision)) : [plain];
}

const offered = (state: LifecycleState): string[] => {
  const { code, held, attempt, stages, ...snapshot } = snapshotOf(state);
  return nextCommands({
    ...snapshot,
    failureCode: code,
    attempt: attempt ?? null,
    held: held ? { ...held, since: '' } : null,
    stages,
  });
};

test('whatever happened to a content, each command that is offered is one that it takes', async () => {
  await fc.assert(
    fc.asyncProperty(walks, async ([policy, steps]) => {
      for (const { state, now } of statesOf(policy, steps)) {
        for (const line of offered(state).flatMap(filledIn)) {
          const verb = line.split(' ')[2] ?? '';
          if (verb === 'submit') expect(awaitsCreator(state)).toBe(true);
          if (['submit', 'register', 'watch'].includes(verb)) continue;
          // What has ended takes nothing; these begin its next generation.
          if (state.ended) expect(FINISHED_VERBS).toContain(verb);
          if (state.ended) continue;
          expect([line, await tryLine(line, state, now)]).toEqual([line, null]);
        }
      }
    }),
    { numRuns: 60 },
  );
}, 120_000);

test('every command is offered somewhere', () => {
  const seen = fc
    .sample(walks, { seed: 7, numRuns: 1_000 })
    .flatMap(([policy, steps]) => statesOf(policy, steps).flatMap(({ state }) => offered(state)))
    .map((line) => line.split(' ')[2]);
  const all = ['cancel', 'decide', 'extend', 'hold', 'register', 'release', 'reprioritise', 'retry', 'skip', 'submit'];
  expect([...new Set(seen)]).toEqual(expect.arrayContaining([...all, ...FINISHED_VERBS]));
}, 120_000);

test('while a content is held no stage begins and no deadline runs, whatever comes', () => {
  fc.assert(
    fc.property(walks, ([policy, steps]) => {
      for (const { state } of statesOf(policy, steps)) {
        if (!state.hold || state.ended || state.compensating || state.cancelAsked) continue;
        expect(STAGES.filter((stage) => isOpen(state, stage))).toEqual([]);
        expect(nextDeadline(state)).toBeNull();
      }
    }),
    { numRuns: 300 },
  );
});

test('a release gives every wait exactly the time that the hold took', () => {
  const by = { actor: 'local:anna', reason: 'because' };
  fc.assert(
    fc.property(walks, fc.nat(100_000_000), ([policy, steps], held) => {
      for (const { state, now } of statesOf(policy, steps)) {
        if (verbs.hold.refuse(state, { ...by, commandId: 'h' }) !== null) continue;
        const stopped = settle(verbs.carryOut(verbs.hold, state, { ...by, commandId: 'h' }, now), now);
        const later = now + held;
        const released = verbs.carryOut(verbs.release, settle(stopped, later), { ...by, commandId: 'r' }, later);
        const before = nextDeadline(state);
        expect(nextDeadline(released)).toBe(before === null ? null : Math.max(before, now) + held);
      }
    }),
    { numRuns: 200 },
  );
});

test('the same command twice changes nothing more, and is not refused', () => {
  fc.assert(
    fc.property(walks, ([policy, steps]) => {
      for (const { state, now } of statesOf(policy, steps)) {
        for (const verb of [
          verbs.retry,
          verbs.hold,
          verbs.release,
          verbs.cancel,
          verbs.extend,
        ] as verbs.Verb<never>[]) {
          const command = { commandId: 'once', actor: 'local:anna', reason: 'because', byMs: 5 } as never;
          if (verbs.refusalOf(verb, state, command) !== null) continue;
          const once = settle(verbs.carryOut(verb, state, command, now), now);
          expect(verbs.refusalOf(verb, once, command)).toBeNull();
          expect(verbs.carryOut(verb, once, command, now)).toBe(once);
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('a flag on what viewers see is decided, not cancelled', () => {
  const policy = { ...DEFAULT_POLICY, executors: { ...DEFAULT_POLICY.executors, moderate: 'service' as const } };
  const begun = newState({ contentId: 'c-1', generation: 2, policy });
  const upload: Upload = {
    ...{ uploadSessionId: 's-1', creatorId: 'anna', rawKey: 'raw/c/s-1/clip.mp4', residency: 'GLOBAL' },
    ...{ contentType: 'VIDEO', at: 500 },
  };
  const carried: CarriedOver = {
    ...{ revision: 1, upload, visibility: 'PUBLISHED', manifests: { hls: 'm.m3u8', dash: 'm.mpd', cekId: null } },
    transcoded: { renditions: [], audioTracks: [], durationSeconds: 1 },
  };
  const flagged = foldFact(carryOver(begun, carried, 1_000), flaggedFact(2_000), 2_000);
  const state = settle(flagged.state, 2_000);
  expect(snapshotOf(state)).toMatchObject({ status: 'AWAITING_REVIEW', visibility: 'PUBLISHED' });
  expect(offered(state).filter((line) => line.includes(' cancel '))).toEqual([]);
  expect(refusalOf(state, 'cancel', { commandId: 'x', reason: 'because' }, 3_000)).toBe('PAST_NO_RETURN');
});
