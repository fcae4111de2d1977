import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createLocalClient } from '../../cli/local-client';
import { examine } from '../../local/demo/examine';
import { readBack } from '../../local/demo/events';
import { publishClip, SUBSCRIBER, type PublishedClip } from '../../local/demo/publish-clip';
import { askAsViewers } from '../../local/demo/viewers';
import { newToken, tokenLine } from '../../platform/tokens/token';
import { jsonOf, type DemoReport } from '../../local/demo/report';
import { trialsOf } from '../../local/demo/trials';
import { openOperations, type OpenOperations } from '../../operations/deps';
import { Clips, mediaTools, tempDir } from '../support/clips';
import { createWorld, type World } from '../support/world';

jest.setTimeout(300_000);

const CONTENT = '3f0c9a52-6f0e-4d7b-9a65-0d6d8a2f4c11';
const signal = new AbortController().signal;

let world: World;
let folder: Awaited<ReturnType<typeof tempDir>>;
/** Of two creators, so two files: the same one would be held as a duplicate. */
let clips: { demo: string; trials: string };
let deps: OpenOperations;
let published: PublishedClip;
let report: DemoReport;
let lines: string[];

beforeAll(async () => {
  folder = await tempDir();
  // As many partitions as on any other stack: `topics check` is among the commands.
  world = await createWorld({ partitions: 'real' });
  const maker = new Clips(await mediaTools(), folder.path);
  clips = { demo: await maker.videoWithSound('demo.mp4'), trials: await maker.video('trials.mp4') };
  const token = newToken();
  const up = await world.spawnReelway(['up'], {
    ...{
      REELWAY_API_PORT: '0',
      REELWAY_API_TOKENS: tokenLine('demo', ['admin'], token),
      REELWAY_SERVICE_TOKENS: token,
    },
  });
  const apiUrl = /"apiUrl":"(http:[^"]+)"/.exec(up.log())?.[1] ?? '';
  deps = openOperations(world.config, world.log);
  lines = [];
  const output = {
    next: (value: object) => void lines.push(JSON.stringify(value)),
    say: (line: string) => void lines.push(line),
  };
  const client = createLocalClient(deps);
  published = await publishClip({ deps, client, contentId: CONTENT, clip: clips.demo, output, signal });
  const viewers = await askAsViewers({ deps, apiUrl, contentId: CONTENT, userId: SUBSCRIBER, signal });
  report = await examine(deps, published, viewers, signal);
});
afterAll(async () => {
  await deps.close();
  await world.close();
  await folder.remove();
});

test('the clip is published, and its consumers and players find it as it should be', () => {
  expect(report.problems).toEqual([]);
  expect(report).toMatchObject({ status: 'PUBLISHED', visibility: 'PUBLISHED', workflowId: `content:${CONTENT}` });
  expect(report.stages.map(({ stage, status }) => `${stage} ${status}`)).toEqual([
    'upload DONE',
    'transcode DONE',
    'moderate DONE',
    'package DONE',
    'publish DONE',
  ]);
  expect(report.renditions.every(({ bytes, bitrate }) => bytes > 0 && bitrate > 0)).toBe(true);
});

test('every line of the watch was told', () => {
  expect(lines[0]).toContain('media.upload.initiated');
  expect(lines.at(-1)).toContain('"status":"PUBLISHED"');
});

test('the events come back with partition, offset and headers, in their sequence', () => {
  const { milestones } = published.shown;
  expect(report.events.map(({ eventId, partition, offset }) => ({ eventId, partition, offset }))).toEqual(
    milestones.map(({ eventId, partition, offset }) => ({ eventId, partition, offset })),
  );
  expect(report.events.map((event) => event.headers['sequence'])).toEqual(
    milestones.map(({ sequence }) => String(sequence)),
  );
});

test('both sets are whole, decode with their key and with no other', () => {
  for (const { verified, wrongKeyRefused } of Object.values(report.manifests)) {
    expect(verified?.tracks.every(({ frames, segments }) => frames > 0 && segments > 0)).toBe(true);
    expect(wrongKeyRefused).toBe(true);
  }
});

test('the line of --json holds the run and the place of every event', () => {
  const json = JSON.parse(jsonOf(report)) as { historyEvents: number; events: unknown[] };
  expect(json.historyEvents).toBe(published.shown.run.historyEvents);
  expect(json.events).toHaveLength(published.shown.milestones.length);
});

test('the reading back ends where an event is not there', async () => {
  const reading = { groupId: `${world.name}-absent`, contentId: CONTENT, expected: ['absent'], withinMs: 5_000 };
  const found = await readBack(deps.kafka(), reading);
  expect(found.map((event) => event.eventId)).not.toContain('absent');
});

describe('the commands to try run as printed', () => {
  const trials = trialsOf({ clip: 'CLIP', contentId: CONTENT, suffix: 'test' });

  test.each(trials.map(({ about, commands }) => [about, commands] as const))('%s', async (_about, commands) => {
    for (const command of commands) {
      const { code, stderr } = await world.runReelway(argumentsOf(command));
      expect({ command, code, stderr: code === 0 ? '' : stderr }).toEqual({ command, code: 0, stderr: '' });
    }
  });

  test('the same upload event again changed nothing', async () => {
    const { facts, milestones } = await createLocalClient(deps).show({ contentId: CONTENT });
    expect(facts.find((fact) => fact.topic === 'media.upload.initiated')?.repeats).toBe(1);
    expect(milestones).toHaveLength(published.shown.milestones.length);
  });
});

test('a set with a missing segment is told', async () => {
  const { objects } = world.config;
  const segment = listSegments().at(-1) ?? '';
  await rm(join(objects.root, segment));
  const { problems } = await examine(deps, published, report.viewers, signal);
  expect(problems).toEqual([expect.stringMatching(/^dash: .*missing/)]);
});

/** As a shell would split it; only double quotes are used. */
const argumentsOf = (command: string): string[] =>
  [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? (plain === 'CLIP' ? clips.trials : (plain ?? '')),
  );

function listSegments(): string[] {
  const outputs = published.shown.outputs.filter((output) => output.stage === 'package');
  return outputs.flatMap((output) => output.keys).filter((key) => /dash\/.*\.m4s$/.test(key));
}
