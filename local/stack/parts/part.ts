import { existsSync } from 'node:fs';
import type { DataDir } from '../places';
import type { Ports } from '../ports';
import type { ServerSpec } from '../process/server-process';
import type { Progress, Step } from '../progress';
import type { BuildTool } from '../tools/build-tools';
import type { StackInfo } from '../types';

/** What a part needs to come up. */
export interface Context {
  readonly dir: DataDir;
  readonly ports: Ports;
  /** Whether servers may take the ports people know them by. */
  readonly wellKnownPorts: boolean;
  readonly temporalConfig: Readonly<Record<string, string>>;
  readonly kafkaConfig: Readonly<Record<string, string>>;
  /** Starts a server and resolves when it answers. */
  readonly launch: (spec: ServerSpec) => Promise<void>;
}

interface Definition<T, I extends Partial<StackInfo>> {
  readonly name: string;
  /** What is needed to bring it here and is not there already. */
  readonly needs: readonly BuildTool[];
  readonly fetch: (step: Step) => Promise<T>;
  /** Starts its server, if it has one, and tells what others need to know. */
  readonly start?: (tool: T, context: Context) => Promise<I>;
  readonly says?: (info: I) => string;
}

/** One part of the stack: what it needs, how it is fetched, how it comes up. */
export interface PartPlan {
  readonly needs: readonly BuildTool[];
  fetch(progress: Progress): Promise<void>;
  bringUp(progress: Progress, context: Context): Promise<Partial<StackInfo>>;
}

export function definePart<T, I extends Partial<StackInfo>>(definition: Definition<T, I>): PartPlan {
  const { name, needs, fetch, start, says } = definition;
  return {
    needs,
    fetch: async (progress) => {
      await withStep(progress, name, fetch, () => 'is here');
    },
    bringUp: async (progress, context) => {
      const work = async (step: Step): Promise<I | undefined> => await start?.(await fetch(step), context);
      return (await withStep(progress, name, work, (info) => (info && says?.(info)) ?? 'is here')) ?? {};
    },
  };
}

/** The tools that a fetch into `dir` would need; none where it was done before. */
export const toFetch = (dir: string, needs: readonly BuildTool[]): readonly BuildTool[] =>
  existsSync(dir) ? [] : needs;

async function withStep<T>(
  progress: Progress,
  name: string,
  work: (step: Step) => Promise<T>,
  done: (result: T) => string,
): Promise<T> {
  const step = progress.step(name);
  try {
    const result = await work(step);
    step.done(done(result));
    return result;
  } catch (error) {
    step.failed();
    throw error;
  }
}
