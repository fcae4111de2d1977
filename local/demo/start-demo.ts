import { randomUUID } from 'node:crypto';
import { relative } from 'node:path';
import { createLocalClient, createSetup } from '../../cli/local-client';
import { createOutput } from '../../cli/output';
import { styleOf, wantsColour } from '../../cli/render/text';
import { ReelwayError } from '../../contracts/model/errors';
import { openOperations, type OpenOperations } from '../../operations/deps';
import { loadConfig } from '../../platform/config';
import { createLog } from '../../platform/log';
import { endOfWork, INTERRUPTED } from '../commands/end-of-work';
import { reportFailure } from '../commands/report-failure';
import { serverDied } from '../commands/stack';
import { reportTo, startStack, type Progress, type Stack } from '../stack';
import { ROOT } from '../stack/places';
import { examine } from './examine';
import { publishClip, SUBSCRIBER } from './publish-clip';
import { renderReport } from './render';
import { jsonOf, type DemoReport } from './report';
import { timeId } from './time-id';
import { prepareUp, reelwayEnv, type ReelwayUp } from './up';
import { askAsViewers } from './viewers';
import { renderPlaces } from './where';

export interface DemoOptions {
  /** Stop everything when the content was looked at. */
  readonly once: boolean;
  /** A line of JSON at the end of stdout. */
  readonly json: boolean;
}

/** What one start has to work with. */
interface Demo {
  readonly options: DemoOptions;
  readonly stack: Stack;
  readonly deps: OpenOperations;
  readonly up: ReelwayUp;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Starts the servers and Reelway, publishes one clip, shows what came of it, and keeps running until Ctrl-C; with
 * `once` it stops instead. Throws STACK_FAILED, TOOL_MISSING, SERVICE_UNREACHABLE, and DEMO_FAILED with `once`.
 */
export async function startDemo(options: DemoOptions): Promise<void> {
  const end = endOfWork();
  const progress = reportTo();
  const stack = await startStack({
    progress,
    onUnexpectedExit: (name, lastLines) => end.fail(serverDied(name, lastLines)),
  });
  end.started();
  const ending = new AbortController();
  const deps = openDeps(stack);
  const up = await prepareUp(stack, (error) => end.fail(error));
  const work = run({ options, stack, deps, up, progress, signal: ending.signal });
  try {
    const interrupted = await Promise.race([work.then(() => false), end.reached.then(() => true)]);
    if (interrupted) process.exitCode = INTERRUPTED;
    else if (!options.once) await end.reached;
  } finally {
    say(['', 'stops Reelway, then the servers (Reelway first ends the work at hand, for at most 30 s)']);
    ending.abort();
    await up.stop();
    await Promise.allSettled([work]);
    await deps.close();
    await stack.stop();
  }
}

function openDeps(stack: Stack): OpenOperations {
  const config = loadConfig(reelwayEnv(stack));
  // Its clients complain of what they themselves repeat; the log of `reelway up` is where to look for a fault.
  return openOperations(config, createLog({ level: 'silent' }));
}

async function run(demo: Demo): Promise<void> {
  const { options, up, deps, progress } = demo;
  await prepare(deps, progress);
  await step(
    progress,
    'reelway',
    'starts worker, bridge, projector and API',
    () => up.start(),
    `ready, metrics at ${up.metrics}`,
  );
  const id = timeId();
  // The engagement service knows contents by UUID.
  const contentId = randomUUID();
  try {
    await publishAndShow(demo, contentId);
  } catch (error) {
    if (options.once || demo.signal.aborted) throw error;
    process.exitCode = reportFailure(error);
  }
  if (!options.once) showPlaces(demo, contentId, id);
}

/** Safe to repeat: the second start finds everything there. */
async function prepare(deps: OpenOperations, progress: Progress): Promise<void> {
  const setup = createSetup(deps);
  await step(
    progress,
    'schema',
    'migrates the database',
    () => setup.migrate(),
    'database and search attributes are there',
  );
  await step(progress, 'topics', 'creates the topics', () => setup.createTopics(), 'all topics are there');
}

async function publishAndShow({ options, stack, deps, up, signal }: Demo, contentId: string): Promise<void> {
  const { stdout, stderr, env } = process;
  const output = createOutput('text', { stdout: stderr, stderr }, env);
  say(['', `uploads Big Buck Bunny as ${contentId}`]);
  const clip = stack.clips.bunny;
  const published = await publishClip({ deps, client: createLocalClient(deps), contentId, clip, output, signal });
  say(['looks at it as its consumers, viewers and players do', '']);
  const viewers = await askAsViewers({ deps, apiUrl: up.api.url, contentId, userId: SUBSCRIBER, signal });
  const report = await examine(deps, published, viewers, signal);
  stdout.write(`${renderReport(report, options, styleOf(wantsColour(stdout, env))).join('\n')}\n`);
  if (options.json) stdout.write(`${jsonOf(report)}\n`);
  if (report.problems.length > 0) throw failed(report);
}

const failed = ({ contentId, problems }: DemoReport): ReelwayError =>
  new ReelwayError('DEMO_FAILED', `${contentId} was published, but:\n  ${problems.join('\n  ')}`);

function showPlaces({ stack, up }: Demo, contentId: string, suffix: string): void {
  const places = {
    ...{ ui: stack.temporal.ui, metrics: { ...stack.metrics, up: up.metrics }, contentId, suffix },
    api: up.api,
    ...{ log: fromRoot(up.log), stackFile: fromRoot(stack.stackFile), clip: fromRoot(stack.clips.bikes) },
  };
  say(['', ...renderPlaces(places, styleOf(wantsColour(process.stderr, process.env))), '']);
}

/** Short where it lies in the project, from where the commands are run. */
function fromRoot(path: string): string {
  const short = relative(ROOT, path);
  return short.startsWith('..') ? path : short;
}

const say = (lines: readonly string[]): void => void process.stderr.write(`${lines.join('\n')}\n`);

async function step(
  progress: Progress,
  name: string,
  doing: string,
  work: () => Promise<unknown>,
  done: string,
): Promise<void> {
  const shown = progress.step(name);
  shown.say(doing);
  try {
    await work();
    shown.done(done);
  } catch (error) {
    shown.failed();
    throw error;
  }
}
