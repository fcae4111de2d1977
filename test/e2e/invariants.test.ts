import { appendFileSync, existsSync, mkdirSync, rmSync, truncateSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openKeyStore } from '../../platform/keys/key-store';
import { Clips, mediaTools, tempDir } from '../support/clips';
import { checkInvariants, expectInvariants } from '../support/invariants';
import type { ReelwayProcess } from '../support/processes';
import { createItem, type Item } from '../support/story';
import { createWorld, type World } from '../support/world';

jest.setTimeout(300_000);

const ABUSIVE = 'you fucking idiot';

let world: World;
let folder: Awaited<ReturnType<typeof tempDir>>;
let bridge: ReelwayProcess;
let published: Item;
let restricted: Item;
let cancelled: Item;

beforeAll(async () => {
  folder = await tempDir();
  const clips = new Clips(await mediaTools(), folder.path);
  const clip = await clips.videoWithSound('clip.mp4');
  const song = await clips.audio('song.m4a');
  world = await createWorld({ env: { REELWAY_RESIDENCY: 'GLOBAL,NG' } });
  [bridge] = await Promise.all([world.spawnReelway(['bridge']), world.spawnReelway(['worker'])]);
  // Of one creator: the same clip of another one would be held as a duplicate.
  published = await createItem(world, { creator: 'creator-1', clip });
  restricted = await createItem(world, { type: 'AUDIO', residency: 'NG', clip: song });
  cancelled = await createItem(world, { creator: 'creator-1', title: ABUSIVE, clip });
  for (const item of [published, restricted, cancelled]) await item.upload();
  await cancelled.reaches({ status: 'AWAITING_REVIEW' });
  const cancel = ['content', 'cancel', cancelled.id, '--reason', 'for the test', '--yes'];
  expect(await world.runReelway(cancel)).toMatchObject({ code: 0 });
  await cancelled.reaches({ status: 'CANCELLED' });
  await restricted.reaches({ status: 'PUBLISHED' });
  await published.reaches({ status: 'PUBLISHED' });
});
afterAll(async () => {
  await world.close();
  await folder.remove();
});

const sql = async (text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> =>
  (await world.pool.query<Record<string, unknown>>(text, values)).rows;

/** Breaks the world, looks at it, and mends it again. */
async function found(breakIt: () => unknown, mendIt?: () => unknown): Promise<string[]> {
  await breakIt();
  try {
    const violations = await checkInvariants(world);
    return [...new Set(violations.map(({ invariant, contentId }) => `${String(invariant)} ${contentId ?? ''}`.trim()))];
  } finally {
    await mendIt?.();
  }
}

const fileIn = (folderOfWorld: string, path: string) => {
  const file = join(folderOfWorld, path);
  const below = join(folderOfWorld, path.split('/').slice(0, 2).join('/'));
  const wasThere = existsSync(below);
  return {
    drop: () => {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, 'x');
    },
    remove: () => {
      rmSync(wasThere ? file : below, { recursive: true });
    },
  };
};

describe('the checker', () => {
  it('finds nothing in a world that nobody broke', async () => {
    await expectInvariants(world);
  });

  it('1: finds a state in Postgres that Temporal does not agree with', async () => {
    const set = `UPDATE contents SET phase = $2, status = $3 WHERE content_id = $1`;
    const seen = await found(
      () => sql(set, [published.id, 'open', 'RUNNING']),
      () => sql(set, [published.id, 'terminal', 'PUBLISHED']),
    );
    expect(seen).toEqual([`1 ${published.id}`]);
  });

  it('3: finds content that is visible with an open flag', async () => {
    const seen = await found(
      async () => {
        await sql(
          `INSERT INTO flags (content_id, flag_key, flags, priority, source, flagged_at)
           VALUES ($1, 'k', '[]', 'STANDARD', 'service', now())`,
          [published.id],
        );
        await sql('UPDATE contents SET open_flags = 1 WHERE content_id = $1', [published.id]);
      },
      async () => {
        await sql(`DELETE FROM flags WHERE flag_key = 'k'`);
        await sql('UPDATE contents SET open_flags = 0 WHERE content_id = $1', [published.id]);
      },
    );
    expect(seen).toEqual([`3 ${published.id}`]);
  });

  it('3: finds content that is visible without a decision', async () => {
    const set = 'UPDATE contents SET decision_id = $2 WHERE content_id = $1';
    const [row] = await sql('SELECT decision_id FROM contents WHERE content_id = $1', [published.id]);
    const seen = await found(
      () => sql(set, [published.id, null]),
      () => sql(set, [published.id, row?.['decision_id']]),
    );
    expect(seen).toEqual([`3 ${published.id}`]);
  });

  it('4: finds a committed event that nobody remembers', async () => {
    await sql('CREATE TABLE kept AS SELECT * FROM event_ids WHERE content_id = $1', [published.id]);
    const seen = await found(
      () => sql('DELETE FROM event_ids WHERE content_id = $1', [published.id]),
      () => sql('INSERT INTO event_ids SELECT * FROM kept'),
    );
    expect(seen.map((one) => one.slice(0, 1))).toEqual(['4']);
  });

  it('4: finds a fact that was taken and never answered', async () => {
    const set = 'UPDATE event_ids SET outcome = $2 WHERE content_id = $1';
    const seen = await found(
      () => sql(set, [published.id, 'delivered']),
      () => sql(set, [published.id, 'applied']),
    );
    expect(seen).toEqual([`4 ${published.id}`]);
  });

  it('5: finds cancelled content of which something was left', async () => {
    const [row] = await sql('SELECT variant FROM outputs WHERE content_id = $1 LIMIT 1', [cancelled.id]);
    const set = (removed: string) =>
      sql(`UPDATE outputs SET removed_at = ${removed} WHERE content_id = $1 AND variant = $2`, [
        cancelled.id,
        row?.['variant'],
      ]);
    const seen = await found(
      () => set('NULL'),
      () => set('now()'),
    );
    expect(seen).toEqual([`5 ${cancelled.id}`]);
  });

  it('6: finds a gap in the sequence', async () => {
    const add = (by: number) =>
      sql('UPDATE contents SET sequence = sequence + $2 WHERE content_id = $1', [published.id, by]);
    const seen = await found(
      () => add(1),
      () => add(-1),
    );
    expect(seen).toEqual([`6 ${published.id}`]);
  });

  it('7: finds an object of NG outside NG/, and a temporary folder', async () => {
    const object = fileIn(world.dirs.objects, `GLOBAL/${restricted.id}/g1/r1/transcode/a64/a64.mp4`);
    expect(await found(object.drop, object.remove)).toEqual([`7 ${restricted.id}`]);
    const temporary = fileIn(world.dirs.temp, `GLOBAL/content_${restricted.id}-1-1@host.1.1.ab/source`);
    expect(await found(temporary.drop, temporary.remove)).toEqual([`7 ${restricted.id}`, '10']);
  });

  it('8: finds a content key in a log, and an authorization header', async () => {
    const keys = await openKeyStore(world.pool, { kekFile: world.config.keys.kekFile });
    const [row] = await sql('SELECT cek_id FROM content_keys LIMIT 1');
    const { key } = await keys.unwrap(String(row?.['cek_id']));
    const { size } = statSync(bridge.logFile);
    for (const line of [`"key":"${key}"`, Buffer.from(key, 'hex').toString('base64'), 'authorization: Bearer abcdef']) {
      const seen = await found(
        () => {
          appendFileSync(bridge.logFile, line);
        },
        () => {
          truncateSync(bridge.logFile, size);
        },
      );
      expect(seen).toEqual(['8']);
    }
  });

  it('10: finds a temporary folder and an object that outlive their attempt', async () => {
    const temporary = fileIn(world.dirs.temp, `GLOBAL/content_${published.id}-1-1@host.1.1.ab/source`);
    expect(await found(temporary.drop, temporary.remove)).toEqual(['10']);
    const object = fileIn(world.dirs.objects, `GLOBAL/${published.id}/g1/r1/transcode/144p/a1-x/144p.mp4`);
    expect(await found(object.drop, object.remove)).toEqual(['10']);
  });

  it('has found the world whole again after each of them', async () => {
    expect(await checkInvariants(world)).toEqual([]);
  });

  it('9: finds events that nobody reads, until somebody does', async () => {
    bridge.kill('SIGTERM');
    await bridge.waitForExit(40_000);
    await published.transcoded();
    expect(await found(() => undefined)).toEqual(['9']);
    await expectInvariants(world);
  });

  // What stands in a topic stays there: these two come last.
  it('2: finds a milestone that was sent again with other bytes', async () => {
    const [row] = await sql(
      `SELECT convert_from(value, 'UTF8') AS value, headers FROM milestones WHERE content_id = $1 AND topic = 'media.published'`,
      [published.id],
    );
    const other = String(row?.['value']).replace('A walk', 'A talk');
    const seen = await found(() =>
      world.topics.sendRaw('media.published', published.id, other, row?.['headers'] as Record<string, string>),
    );
    expect(seen).toEqual([`2 ${published.id}`]);
  });

  it('6: finds a milestone under another key', async () => {
    const [row] = await sql(
      `SELECT convert_from(value, 'UTF8') AS value, headers FROM milestones WHERE content_id = $1 AND topic = 'media.published'`,
      [restricted.id],
    );
    const { value, headers } = row as { value: string; headers: Record<string, string> };
    const seen = await found(() => world.topics.sendRaw('media.published', 'another', value, headers));
    expect(seen).toContain(`6 ${restricted.id}`);
  });
});
