import { workflowIdOf } from '../../../contracts/model/ids';
import { LIFECYCLE_QUEUE } from '../../../contracts/model/work';
import { ReelwayError } from '../../../contracts/model/errors';
import type { CommandInput } from '../../../operations/commands';
import { finishHalfStarts } from '../../../operations/generations/half-done';
import { reprocess } from '../../../operations/generations/reprocess';
import { restore } from '../../../operations/generations/restore';
import { start } from '../../../operations/generations/start';
import { takedown } from '../../../operations/generations/takedown';
import { reconcile } from '../../../operations/reconcile';
import { show } from '../../../operations/show';
import { halfStartOf } from '../../../platform/postgres/generations';
import { markStarted } from '../../../platform/postgres/starts';
import { LIFECYCLE_WORKFLOW, type LifecycleInput } from '../../../workflows/messages';
import { createWorld, type World } from '../../support/world';
import { addContent, readRow } from '../activities/rows';

// A busy machine with two cores.
jest.setTimeout(90_000);

let world: World;
beforeAll(async () => {
  world = await createWorld({ uses: ['postgres', 'temporal'] });
}, 60_000);
afterAll(() => world.close());

const deps = () => ({
  ...world,
  kafka: () => world.kafka,
  redis: () => world.redis,
  temporal: () => Promise.resolve(world.temporal),
});
const half = () => ({ pool: world.pool, client: world.temporal.client });

let number = 0;
const command = (contentId: string, name: string, actor = 'local:anna'): CommandInput => ({
  ...{ contentId, commandId: `${contentId}:${name}`, actor, reason: 'key rotation' },
});
const again = (contentId: string, name: string, actor?: string) => ({
  ...command(contentId, name, actor),
  from: 'package' as const,
});

/** As a run of one rendition leaves it. No worker is there, so a generation that is started stays as it was begun. */
async function published(set = ''): Promise<string> {
  const id = await addContent(world.pool, `g${String((number += 1))}`);
  const rendition = `GLOBAL/${id}/g1/r1/transcode/360p/a1/360p.mp4`;
  const dash = `GLOBAL/${id}/g1/r1/package/s1/a1/dash/manifest.mpd`;
  const hls = `GLOBAL/${id}/g1/r1/package/s1/a1/hls/master.m3u8`;
  const sql = (text: string, values: unknown[]): Promise<unknown> => world.pool.query(text, values);
  await sql(
    `INSERT INTO uploads (content_id, upload_session_id, creator_id, raw_key, residency, content_type, uploaded_at)
     VALUES ($1, 's', 'anna', 'raw/clip.mp4', 'GLOBAL', 'VIDEO', now())`,
    [id],
  );
  await sql(
    `INSERT INTO decisions (decision_id, content_id, generation, revision, decision, actor, reason, decided_at)
     VALUES ($1 || ':d', $1, 1, 1, 'APPROVED', 'auto', 'fine', now())`,
    [id],
  );
  await sql(
    `INSERT INTO outputs (content_id, generation, revision, stage, variant, input_hash, keys, sha256, bytes, attempt, meta)
     VALUES ($1, 1, 1, 'transcode', '360p', 'h', ARRAY[$2], 'x', 1, 1, jsonb_build_object('key', $2::text)),
       ($1, 1, 1, 'package', 's1', 'h', ARRAY[$3, $4], 'x', 1, 1, jsonb_build_object('renditions', jsonb_build_array($2::text)))`,
    [id, rendition, dash, hls],
  );
  await sql(`INSERT INTO generations (content_id, generation, cause, input) VALUES ($1, 1, 'upload:s', '{}')`, [id]);
  await sql(
    `UPDATE contents SET phase = 'terminal', status = 'PUBLISHED', visibility = 'PUBLISHED', upload_session_id = 's',
       decision_id = $1 || ':d', hls_manifest = $3, dash_manifest = $2, cek_id = 'k1', published_at = now(),
       made_visible_by = 'g1 d m' ${set} WHERE content_id = $1`,
    [id, dash, hls],
  );
  return id;
}

const handle = (id: string) => world.temporal.client.workflow.getHandle(workflowIdOf(id));
const inputOf = async (id: string): Promise<LifecycleInput> =>
  (
    await world.pool.query<{ input: LifecycleInput }>(
      'SELECT input FROM generations WHERE content_id = $1 ORDER BY generation DESC LIMIT 1',
      [id],
    )
  ).rows[0]?.input ?? ({} as LifecycleInput);
const phaseOf = async (id: string): Promise<string> =>
  (await world.pool.query<{ phase: string }>('SELECT phase FROM contents WHERE content_id = $1', [id])).rows[0]
    ?.phase ?? '';
const auditOf = async (id: string) =>
  (await world.pool.query('SELECT 1 FROM audit WHERE content_id = $1', [id])).rowCount;
const codeOf = (result: PromiseSettledResult<unknown>): string =>
  result.status === 'fulfilled' ? 'done' : (result.reason as ReelwayError).code;

describe('a reprocess', () => {
  it('begins the next generation beside what is live, with what the one before has left', async () => {
    const id = await published();
    expect(await reprocess(deps(), again(id, '1'))).toMatchObject({ generation: 2, visibility: 'PUBLISHED' });
    expect(await phaseOf(id)).toBe('open');
    const { taken } = await inputOf(id);
    expect(taken).toMatchObject({
      ...{ done: ['upload', 'transcode', 'moderate'], anew: 'package', packageSet: 2, manifests: null, review: false },
      live: { visibility: 'PUBLISHED', manifests: { cekId: 'k1' } },
      ...{
        encoded: [{ key: expect.stringContaining('360p.mp4') as string }],
        decision: { decisionId: `${id}:d`, by: 'auto' },
      },
    });
    expect((await handle(id).describe()).status.name).toBe('RUNNING');
    const { generations } = await show(deps(), id);
    expect(generations).toMatchObject([{ number: 1 }, { number: 2, begunBy: 'reprocess', actor: 'local:anna' }]);
  });

  it('the same command again is answered as before, and begins nothing', async () => {
    const id = await published();
    const first = await reprocess(deps(), again(id, '1'));
    expect(await reprocess(deps(), again(id, '1'))).toEqual(first);
    expect(await auditOf(id)).toBe(1);
  });

  it('of two admins at once begins one generation, and both are answered and audited', async () => {
    const id = await published();
    const both = await Promise.allSettled([
      reprocess(deps(), again(id, '1', 'local:anna')),
      reprocess(deps(), again(id, '2', 'local:bert')),
    ]);
    expect(both.map(codeOf).sort()).toEqual(['NOT_FINISHED', 'done']);
    expect(await auditOf(id)).toBe(2);
    expect((await readRow(world.pool, id)) as unknown).toMatchObject({ generation: 2, visibility: 'PUBLISHED' });
  });

  it('is refused where a rendition of the live set was removed', async () => {
    const id = await published();
    await world.pool.query(`UPDATE outputs SET removed_at = now() WHERE content_id = $1 AND stage = 'transcode'`, [id]);
    await expect(reprocess(deps(), again(id, '1'))).rejects.toMatchObject({ code: 'NOTHING_TO_TAKE_OVER' });
    expect(await phaseOf(id)).toBe('terminal');
  });

  it('from moderate packages again where the set was removed', async () => {
    const id = await published();
    await world.pool.query(`UPDATE outputs SET removed_at = now() WHERE content_id = $1 AND stage = 'package'`, [id]);
    await world.pool.query(
      `UPDATE contents SET transcoded = jsonb_build_object('renditions', jsonb_build_array(jsonb_build_object('s3_key',
         (SELECT keys[1] FROM outputs WHERE content_id = $1 AND stage = 'transcode')))) WHERE content_id = $1`,
      [id],
    );
    await reprocess(deps(), { ...command(id, '1'), from: 'moderate' });
    expect((await inputOf(id)).taken).toMatchObject({ done: ['upload', 'transcode'], manifests: null, live: null });
  });

  it('is refused where the content was taken down, and a restore where it was not', async () => {
    const id = await published();
    await expect(restore(deps(), command(id, '1'))).rejects.toMatchObject({ code: 'NOT_REMOVED' });
    await takedown(deps(), command(id, '2'));
    await expect(reprocess(deps(), again(id, '3'))).rejects.toMatchObject({ code: 'ALREADY_REMOVED' });
  });

  it('does nothing while Temporal is away', async () => {
    const id = await published();
    const away = () => Promise.reject(new ReelwayError('SERVICE_UNREACHABLE'));
    const asked = reprocess({ ...deps(), temporal: away }, again(id, '1'));
    await expect(asked).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
    expect(await phaseOf(id)).toBe('terminal');
    expect(await auditOf(id)).toBe(0);
  });
});

describe('a restore', () => {
  it('publishes again under the decision that stands, as the next generation', async () => {
    const id = await published();
    await takedown(deps(), command(id, '1'));
    expect(await restore(deps(), command(id, '2'))).toMatchObject({ generation: 2, visibility: 'HIDDEN' });
    expect((await inputOf(id)).taken).toMatchObject({
      ...{ done: ['upload', 'transcode', 'package', 'moderate'], review: false, live: null },
    });
    expect(await readRow(world.pool, id)).toMatchObject({ removed_at: null });
  });

  it('of what was taken down beside a reprocess publishes the set that was live', async () => {
    const id = await published();
    await reprocess(deps(), again(id, '1'));
    await takedown(deps(), command(id, '2'));
    // The run that was told ends, as a worker would have it.
    await handle(id).terminate('no worker is there');
    await world.pool.query(`UPDATE contents SET phase = 'terminal', status = 'REMOVED' WHERE content_id = $1`, [id]);
    expect(await restore(deps(), command(id, '3'))).toMatchObject({ generation: 3, visibility: 'HIDDEN' });
    expect((await inputOf(id)).taken).toMatchObject({
      done: ['upload', 'transcode', 'package', 'moderate'],
      manifests: { cekId: 'k1' },
    });
  });

  it('asks a person where a flag is open', async () => {
    const id = await published(', open_flags = 1');
    await world.pool.query(
      `INSERT INTO flags (content_id, flag_key, flags, priority, source, flagged_at)
       VALUES ($1, 'f', '[]', 'STANDARD', 'service', now())`,
      [id],
    );
    await takedown(deps(), command(id, '1'));
    await restore(deps(), command(id, '2'));
    expect((await inputOf(id)).taken).toMatchObject({ review: true, decision: null, flags: [{ key: 'f' }] });
  });

  it('asks a person where a decision removed it', async () => {
    const id = await published();
    await world.pool.query(`UPDATE decisions SET decision = 'REMOVED' WHERE content_id = $1`, [id]);
    await takedown(deps(), command(id, '1'));
    await restore(deps(), command(id, '2'));
    expect((await inputOf(id)).taken).toMatchObject({ review: true, decision: null });
  });
});

describe('a start that was written down and not sent', () => {
  /** As a process leaves it that is killed between the two. */
  async function halfStarted(): Promise<string> {
    const id = await published();
    const broken = { ...world.temporal, client: { connection: world.temporal.connection, workflow: {} } as never };
    await expect(
      reprocess({ ...deps(), temporal: () => Promise.resolve(broken) }, again(id, '1')),
    ).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN', hint: expect.stringContaining(`${id}:1`) as string });
    expect(await phaseOf(id)).toBe('starting');
    return id;
  }

  it('is finished by the same command', async () => {
    const id = await halfStarted();
    expect(await reprocess(deps(), again(id, '1'))).toMatchObject({ generation: 2 });
    expect(await phaseOf(id)).toBe('open');
  });

  it('is finished by what the bridge does', async () => {
    const id = await halfStarted();
    expect(await finishHalfStarts(half(), 0)).toContain(id);
    expect(await phaseOf(id)).toBe('open');
    expect(await finishHalfStarts(half(), 0)).not.toContain(id);
  });

  it('is told by reconcile, and finished with fix', async () => {
    const id = await halfStarted();
    await world.pool.query(`UPDATE generations SET created_at = now() - interval '1 min' WHERE content_id = $1`, [id]);
    const mine = async (fix: boolean) =>
      (await reconcile(deps(), { actor: 'local:anna', fix })).differences.filter(({ contentId }) => contentId === id);
    expect(await mine(false)).toMatchObject([{ kind: 'half-started', marked: false }]);
    expect(await mine(true)).toMatchObject([{ kind: 'half-started', marked: true }]);
    expect(await phaseOf(id)).toBe('open');
  });

  it('begins no second run where the first one has been and gone', async () => {
    const id = await halfStarted();
    const found = await halfStartOf(world.pool, id, 2);
    expect(found).not.toBeNull();
    if (found === null) return;
    expect(await start(half(), found)).toBe('started');
    const { runId } = await handle(id).describe();
    await handle(id).terminate('it has ended');
    expect(await start(half(), found)).toBe('started');
    expect(await handle(id).describe()).toMatchObject({ runId, status: { name: 'TERMINATED' } });
  });

  it('waits for the run before to close', async () => {
    const id = await published();
    await world.temporal.client.workflow.start(LIFECYCLE_WORKFLOW, {
      ...{ workflowId: workflowIdOf(id), taskQueue: LIFECYCLE_QUEUE, args: [] },
    });
    const asked = reprocess(deps(), again(id, '1'));
    await handle(id).terminate('it closes');
    expect(await asked).toMatchObject({ generation: 2 });
    await markStarted(world.pool, [{ contentId: id, generation: 2 }]);
    expect(await phaseOf(id)).toBe('open');
  });
});
