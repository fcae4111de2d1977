import { bundleWorkflowCode, DefaultLogger, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { quietRuntime } from '../support/quiet-runtime';
import { readCorpus, type StoredHistory } from './corpus';

jest.setTimeout(120_000);

const corpus = readCorpus();
/** Which stories must be in the corpus; each has at least one history, recorded from a test. */
const STORIES = [
  ...['plain', 'services-in-order', 'services-reversed', 'flag-before', 'flag-after', 'killed', 'cancelled'],
  ...['reprocessed', 'restored', 'taken-down', 'terminated', 'media-by-a-service', 'retrying-long'],
  ...['verbs', 'retry-token', 'skip-moderation', 'parked-beside', 'decided', 'unserved', 'worker-came'],
];

const bundle = (workflowsPath: string): Promise<WorkflowBundleWithSourceMap> =>
  bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });

const replay = (workflowBundle: WorkflowBundleWithSourceMap, history: StoredHistory): Promise<void> =>
  Worker.runReplayHistory({ workflowBundle }, { events: history.events });

/** The first stored history, with one recorded activity renamed. */
function altered(history: StoredHistory): StoredHistory {
  const text = JSON.stringify(history.events).replace('"name":"packageContent"', '"name":"renamedContent"');
  return { name: 'altered', events: JSON.parse(text) as StoredHistory['events'] };
}

describe('the workflow code', () => {
  let committed: WorkflowBundleWithSourceMap;
  beforeAll(async () => {
    quietRuntime();
    committed = await bundle(require.resolve('../../workflows/index'));
  });

  it('has a corpus with every story that matters', () => {
    const missing = STORIES.filter((story) => !corpus.some((history) => history.name.startsWith(story)));
    expect(missing).toEqual([]);
  });

  it.each(corpus.map((history) => [history.name, history] as const))('replays %s', async (_name, history) => {
    await expect(replay(committed, history)).resolves.toBeUndefined();
  });

  it('fails on a history in which one activity has another name', async () => {
    const plain = corpus.find((history) => history.name.startsWith('plain'));
    expect(plain).toBeDefined();
    await expect(replay(committed, altered(plain!))).rejects.toThrow(DeterminismViolationError);
  });

  it('fails with one activity more than the histories have', async () => {
    const careless = await bundle(require.resolve('./extra-activity/index'));
    for (const history of corpus.slice(0, 2)) {
      await expect(replay(careless, history)).rejects.toThrow(DeterminismViolationError);
    }
  });
});
