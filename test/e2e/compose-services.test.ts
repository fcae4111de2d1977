import { readdirSync, readFileSync } from 'node:fs';
import { createDatabase, dropDatabase } from '../../local/stack/databases';
import { ensureNamespace } from '../../platform/temporal/namespace';
import { Clips, mediaTools, tempDir } from '../support/clips';
import { COMPOSE_VARIABLES, ourServices, type ComposeService } from '../support/compose';
import { createServiceRunner, type ServiceRunner } from '../support/compose-run';
import { layOutImage } from '../support/image';
import { endProcesses } from '../support/leaks';
import { livingProcesses, type ReelwayProcess, type RunResult } from '../support/processes';
import { pathsBelow } from '../support/traces';
import { createWorld, type World } from '../support/world';

jest.setTimeout(240_000);

/** Go builds the checker of the compose file at its first use; that takes a minute on two cores. */
const BUILD_MS = 600_000;
const OBJECTS = '/var/lib/reelway/objects';
const TEMP = '/var/lib/reelway/temp';
/** Which items there are, and the container that people would speak to about each. */
const ITEMS = {
  'compose-global': { service: 'worker-media-global', residency: 'GLOBAL', type: 'VIDEO' },
  'compose-ng': { service: 'worker-media-ng', residency: 'NG', type: 'AUDIO' },
} as const;

let world: World;
let services: Record<string, ComposeService>;
let runner: ServiceRunner;
let folder: Awaited<ReturnType<typeof tempDir>>;
const running = new Map<string, ReelwayProcess>();

beforeAll(async () => {
  services = await ourServices();
  folder = await tempDir();
  // Servers as compose starts them: a database without a table, a namespace without attributes, no topic.
  world = await createWorld({ uses: [] });
  await createDatabase(world.stack.postgres.url, world.name);
  await ensureNamespace(world.temporal.connection, world.name);
  runner = createServiceRunner(world, services, layOutImage(folder.path, Object.values(world.stack.media)));
}, BUILD_MS);

afterAll(async () => {
  await endProcesses(world.name, [...running.values()]);
  await dropDatabase(world.stack.postgres.url, world.name);
  await world.close();
  await folder.remove();
});

const done = (result: RunResult): string => {
  expect(result).toMatchObject({ code: 0 });
  return result.stdout;
};

const stayUp = (): string[] => Object.keys(services).filter((name) => services[name]?.restart !== undefined);

describe('the services of docker-compose.yml, as plain processes with the image’s files and programs', () => {
  it('migrate makes schema, search attributes and topics, and may be repeated', async () => {
    const first = done(await runner.complete('migrate'));
    expect(first).toContain('applied 0001_lifecycle.sql');
    expect(first).toContain('registered search attribute ContentStatus');
    expect(first).toContain('created media.upload.initiated');
    const again = done(await runner.complete('migrate'));
    expect(again).toBe('nothing to do: all is at this version\nnothing to do: all topics are there\n');
  });

  it('every other one starts after it, and says by its own health check when it is ready', async () => {
    expect(stayUp()).toEqual(Object.keys(services).filter((name) => name !== 'migrate'));
    for (const name of stayUp()) {
      expect(services[name]?.depends_on).toMatchObject({ migrate: { condition: 'service_completed_successfully' } });
    }
    await Promise.all(stayUp().map(async (name) => running.set(name, await runner.start(name))));
    const alive = livingProcesses(world.name).map(({ pid }) => pid);
    expect(alive.sort()).toEqual([...running.values()].map(({ pid }) => pid).sort());
  });

  it('an item of each residency goes through them to PUBLISHED', async () => {
    const clips = new Clips(await mediaTools(), folder.path);
    const files = {
      'compose-global': await clips.videoWithSound('clip.mp4'),
      'compose-ng': await clips.audio('song.m4a'),
    };
    await Promise.all(Object.entries(ITEMS).map(([id, item]) => publish(id, item, files[id as keyof typeof ITEMS])));
    const told = await world.topics.readUntil('media.published', ({ length }) => length >= Object.keys(ITEMS).length);
    expect(told.map(({ key }) => key).sort()).toEqual(Object.keys(ITEMS));
  });

  it('no byte of NG is left outside its own folder, and none at all with who handles no media', () => {
    const places = ['worker-media-global', 'worker-media-ng'].flatMap((name) =>
      [OBJECTS, TEMP].map((path) => runner.place(name, path)),
    );
    const ng = places.flatMap(pathsBelow).filter((path) => path.includes('compose-ng'));
    expect([...new Set(ng.map((path) => path.split('/')[0]))]).toEqual(['NG', 'raw']);
    for (const name of ['bridge', 'worker-lifecycle', 'migrate']) {
      expect(readdirSync(runner.place(name, OBJECTS))).toEqual([]);
    }
  });

  it('nothing that they log holds a secret', () => {
    const kek = readFileSync(world.env['REELWAY_KEK_FILE'] ?? '', 'utf8').trim();
    for (const { log } of running.values()) {
      expect(log()).not.toContain(kek);
      expect(log()).not.toContain(COMPOSE_VARIABLES.POSTGRES_PASSWORD);
    }
  });

  it('docker’s stop signal drains each, after which its health check fails', async () => {
    for (const [name, started] of running) {
      expect([name, await runner.health(name, started)]).toEqual([name, 0]);
      started.kill('SIGTERM');
    }
    for (const [name, started] of running) {
      expect([name, await started.waitForExit(35_000)]).toEqual([name, { code: 0, signal: null }]);
      expect([name, await runner.health(name, started)]).toEqual([name, 1]);
    }
  });
});

/** With the commands of the head of docker-compose.yml. */
async function publish(id: string, item: (typeof ITEMS)[keyof typeof ITEMS], file: string): Promise<void> {
  const { service, residency, type } = item;
  const reelway = async (...args: string[]): Promise<string> =>
    done(await runner.exec(service, ['reelway', 'content', ...args]));
  await reelway(
    'register',
    id,
    '--creator',
    `${id}-creator`,
    '--title',
    'A walk',
    '--type',
    type,
    '--residency',
    residency,
  );
  await reelway('submit', id, '--file', file);
  await reelway('watch', id, '--timeout', '180s');
  const shown = JSON.parse(await reelway('show', id, '-o', 'json')) as unknown;
  expect(shown).toMatchObject({ status: 'PUBLISHED', visibility: 'PUBLISHED', attention: false });
}
