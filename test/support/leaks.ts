import { eventually } from './eventually';
import { livingProcesses, type ReelwayProcess } from './processes';
import { TestFailure } from './test-failure';

/** A process gives itself 28 s to drain (workers/role.ts); more than that, and whoever runs it would kill it. */
const STOP_WITHIN_MS = 30_000;
/** Children of a process that was killed are ended by the attempt that follows, or by their own watch. */
const CHILDREN_GONE_WITHIN_MS = 10_000;

/** Asks every process to stop, kills those that do not, and fails when one of them or of their children is left. */
export async function endProcesses(world: string, processes: ReelwayProcess[]): Promise<void> {
  for (const started of processes) started.kill('SIGTERM');
  const ends = await Promise.allSettled(processes.map((started) => started.waitForExit(STOP_WITHIN_MS)));
  const stuck = processes.filter((_, index) => ends[index]?.status === 'rejected');
  for (const started of stuck) started.kill('SIGKILL');
  await eventually('children end', () => livingProcesses(world).length === 0, CHILDREN_GONE_WITHIN_MS).catch(
    () => false,
  );

  const left = livingProcesses(world);
  for (const { pid } of left) process.kill(pid, 'SIGKILL');
  const problems = [
    ...stuck.map((started) => `${started.name} did not stop on SIGTERM`),
    ...left.map(({ pid, command }) => `left over: ${String(pid)} ${command}`),
  ];
  if (problems.length > 0) throw new TestFailure(problems.join('\n'));
}
