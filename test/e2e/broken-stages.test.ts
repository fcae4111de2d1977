import { chmod, rm, writeFile } from 'node:fs/promises';
import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bunnyClip, Clips, mediaTools, tempDir } from '../support/clips';
import { eventually } from '../support/eventually';
import { expectInvariants } from '../support/invariants';
import type { RunResult } from '../support/processes';
import { takeScreenshots } from '../support/screenshots';
import { createItem, type Item } from '../support/story';
import { createWorld, type World } from '../support/world';

jest.setTimeout(300_000);

let world: World;
let folder: Awaited<ReturnType<typeof tempDir>>;
let clip: string;

/** While the file is there the program fails, as one does whose library is missing. */
const switchOf = (what: string): string => join(folder.path, `${what}-is-broken`);
const breaks = (what: string) => writeFile(switchOf(what), '');
const mends = (what: string) => rm(switchOf(what));

/** Breaks on command: in all that it does, or only where its arguments say what it does. */
async function breakable(clips: Clips, path: string, broken: Record<string, string>): Promise<string> {
  const tests = Object.entries(broken).map(
    ([what, args]) =>
      `case "$*" in ${args}) if [ -e ${switchOf(what)} ]; then echo "no libwhatever.so" >&2; exit 127; fi;; esac`,
  );
  const name = `breakable-${Object.keys(broken).join('-')}`;
  const script = await clips.text(name, ['#!/bin/sh', ...tests, `exec ${path} "$@"`, ''].join('\n'));
  await chmod(script, 0o755);
  return script;
}

beforeAll(async () => {
  folder = await tempDir();
  const tools = await mediaTools();
  const clips = new Clips(tools, folder.path);
  clip = await bunnyClip();
  world = await createWorld({
    env: {
      REELWAY_FFMPEG: await breakable(clips, tools.ffmpeg, { install: '*', encoder: '*libx264*' }),
      REELWAY_PACKAGER: await breakable(clips, tools.packager, { packager: '*' }),
      REELWAY_TRANSCODE_ATTEMPTS: '1',
      REELWAY_PACKAGE_ATTEMPTS: '1',
      // The service of moderation is played by the test: it speaks at once, or never.
      REELWAY_MODERATE_EXECUTOR: 'service',
      REELWAY_SILENCE: 'review',
      REELWAY_SILENCE_GRACE_MS: '2000',
    },
  });
  await world.spawnReelway(['up']);
}, 120_000);
afterAll(() => expectInvariants(world));
afterAll(async () => {
  await world.close();
  await folder.remove();
});

const reelway = (...args: string[]): Promise<RunResult> => world.runReelway(args);

/** What an operator sees with the filter of the runbook in the Temporal UI. */
async function inTemporal(): Promise<string[]> {
  const ids: string[] = [];
  const query = 'NeedsAttention = true AND ExecutionStatus = "Running"';
  for await (const { workflowId } of world.temporal.client.workflow.list({ query })) ids.push(workflowId);
  return ids;
}

interface Explained {
  problem: { code: string; title: string; message: string | null };
  commands: string[];
}

/** The filter finds it, and explain says what is wrong; gives the commands that it names. */
async function isExplained(item: Item, code: string): Promise<string[]> {
  await item.reaches({ attention: true, failureCode: code });
  await eventually('the filter finds it', async () => (await inTemporal()).includes(`content:${item.id}`));
  const explained = await reelway('content', 'explain', item.id, '-o', 'json');
  expect(explained).toMatchObject({ code: 1 });
  const { problem, commands } = JSON.parse(explained.stdout) as Explained;
  expect(problem.code).toBe(code);
  expect(problem.title).not.toBe('');
  return commands;
}

/** The command line as it is named, with what a person has to say filled in. */
async function follows(commands: string[], verb: string, given: Record<string, string> = {}): Promise<void> {
  const line = commands.find((one) => one.startsWith(`reelway content ${verb} `)) ?? '';
  const words: Record<string, string | undefined> = { TEXT: 'it is mended', ...given };
  const args = line.split(' ').map((word) => {
    const [name = word, value] = word.split('=');
    return value === undefined ? (words[word] ?? word) : `${name}=${words[value] ?? value}`;
  });
  expect(await reelway(...args.slice(1))).toMatchObject({ code: 0, stderr: '' });
}

async function isPublished(item: Item): Promise<void> {
  await item.reaches({ status: 'PUBLISHED', visibility: 'PUBLISHED', attention: false, failureCode: null }, 180_000);
  expect(await item.told()).toMatchObject({ 'media.published': 1 });
  expect(await inTemporal()).not.toContain(`content:${item.id}`);
}

/** Moderated at once, so that another stage is what it waits for. */
async function uploaded(options: Parameters<typeof createItem>[1] = {}): Promise<Item> {
  const item = await createItem(world, { clip, ...options });
  await item.upload();
  await item.approved('APPROVED');
  return item;
}

/** All at once, so that the list shows what an operator may find at night. */
async function breakAll(): Promise<Record<'upload' | 'transcode' | 'moderate' | 'package' | 'publish', Item>> {
  const publish = await uploaded({ id: 'without-a-title', title: null });
  const moderate = await createItem(world, { id: 'nobody-moderates', clip });
  await moderate.upload();
  await publish.reaches({ failureCode: 'METADATA_MISSING' });
  await moderate.reaches({ failureCode: 'MODERATION_SILENT' });
  await breaks('packager');
  const packaged = await uploaded({ id: 'packager-broken' });
  await packaged.reaches({ failureCode: 'PACKAGE_FAILED' });
  await breaks('encoder');
  const transcode = await uploaded({ id: 'encoder-broken' });
  const upload = await uploaded({ id: 'object-missing', clip: null });
  return { upload, transcode, moderate, package: packaged, publish };
}

describe('each stage broken: the filter finds it, explain names cause and command, the command brings it to PUBLISHED', () => {
  let broken: Awaited<ReturnType<typeof breakAll>>;
  beforeAll(async () => {
    broken = await breakAll();
    await broken.transcode.reaches({ failureCode: 'TRANSCODE_FAILED' });
    await broken.upload.reaches({ failureCode: 'RAW_OBJECT_MISSING' });
    await takeScreenshots(world, broken.package.id);
  });

  test('package: the packager fails', async () => {
    const commands = await isExplained(broken.package, 'PACKAGE_FAILED');
    expect(JSON.stringify((await broken.package.show()).stages)).toContain('no libwhatever.so');
    await mends('packager');
    await follows(commands, 'retry');
    await isPublished(broken.package);
  });

  test('transcode: ffmpeg fails', async () => {
    const commands = await isExplained(broken.transcode, 'TRANSCODE_FAILED');
    await mends('encoder');
    await follows(commands, 'retry');
    await isPublished(broken.transcode);
  });

  test('upload: the raw object is not under its key, and lies under another', async () => {
    const { id } = broken.upload;
    const commands = await isExplained(broken.upload, 'RAW_OBJECT_MISSING');
    const key = `raw/${id}/found/clip.mp4`;
    mkdirSync(dirname(join(world.dirs.objects, key)), { recursive: true });
    cpSync(clip, join(world.dirs.objects, key));
    await follows(commands, 'retry', { KEY: key });
    await isPublished(broken.upload);
  });

  test('moderate: the moderation service is silent', async () => {
    const commands = await isExplained(broken.moderate, 'MODERATION_SILENT');
    await follows(commands, 'decide', { 'APPROVED|AGE_GATED|EDIT_REQUESTED|REMOVED': 'APPROVED' });
    await isPublished(broken.moderate);
  });

  test('publish: the content has no title', async () => {
    const { id } = broken.publish;
    const commands = await isExplained(broken.publish, 'METADATA_MISSING');
    const record = [
      '--creator',
      `creator-${id}`,
      '--title',
      'Found at last',
      '--type',
      'VIDEO',
      '--residency',
      'GLOBAL',
    ];
    expect(commands[0]).toContain(`reelway content register ${id}`);
    expect(await reelway('content', 'register', id, ...record)).toMatchObject({ code: 0 });
    await follows(commands, 'retry');
    await isPublished(broken.publish);
  });
});

test('an ffmpeg that does not run at all is our trouble, and no word of a damaged file reaches the creator', async () => {
  await breaks('install');
  const item = await uploaded();
  const commands = await isExplained(item, 'PROBE_FAILED');
  await mends('install');
  await follows(commands, 'retry');
  await isPublished(item);
  const said = (await world.topics.read('notification.dispatch.requested')).map(({ json }) => JSON.stringify(json));
  expect(said.filter((text) => text.includes(item.id) && text.includes('SOURCE_'))).toEqual([]);
});
