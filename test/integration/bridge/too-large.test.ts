import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBridge, type Bridge } from '../../../bridge/inbound/bridge';
import { type createIntake } from '../../../bridge/inbound/intake';
import { createWayIn } from '../../../bridge/inbound/way-in';
import { workflowIdOf } from '../../../contracts/model/ids';
import { startTemporal, type Stack } from '../../../local/stack';
import { redrive } from '../../../operations/dead-letters-redrive';
import { createRegistry } from '../../../platform/metrics';
import { insertInboxRows, reserveRowIds } from '../../../platform/postgres/inbox';
import { wakeKeys } from '../../../platform/postgres/inbox-keys';
import { inTransaction } from '../../../platform/postgres/pool';
import { signalRun } from '../../../platform/temporal/lifecycle-runs';
import { eventually } from '../../support/eventually';
import { createWorld, type World } from '../../support/world';
import {
  contentRow,
  deadLetters,
  flagged,
  intakeOf,
  newContentId,
  outcomesOf,
  recordOf,
  runsOf,
  upload,
} from './events';

// A busy machine with two cores, and a server of its own.
jest.setTimeout(120_000);

const LIMIT_BYTES = 16 * 1024;
/** The server looks at the error limit only above the warning. */
const LIMITS = {
  'limit.blobSize.warn': String(LIMIT_BYTES / 2),
  'limit.blobSize.error': String(LIMIT_BYTES),
};

let dir: string;
let small: Stack;
let world: World;
let bridge: Bridge;
let take: ReturnType<typeof createIntake>;
const registry = createRegistry();

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'reelway-small-temporal-'));
  small = await startTemporal({ dir, temporalConfig: LIMITS });
  world = await createWorld({ env: { REELWAY_TEMPORAL_ADDRESS: small.temporal.address } });
  const { config, pool, kafka, temporal, log } = world;
  bridge = await startBridge({ config, pool, kafka, temporal: temporal.client, log, metrics: registry });
  take = intakeOf(world);
}, 120_000);
afterAll(async () => {
  await bridge.stop();
  await world.close();
  await small.stop();
  rmSync(dir, { recursive: true, force: true });
}, 120_000);

/** Less than a flag is long. */
const FLAG_BYTES = 100;
/** At least so many bytes. */
const flaggedOf = (contentId: string, bytes: number, at: number) => {
  const { flags, ...rest } = flagged(contentId);
  const many = Array.from({ length: Math.ceil(bytes / FLAG_BYTES) }, () => flags[0]);
  return recordOf(
    'moderation.flagged',
    { ...rest, flags: many },
    {
      eventId: randomUUID(),
      at: new Date(at).toISOString(),
    },
  );
};
const begin = async (contentId: string): Promise<void> => {
  await take([recordOf('media.upload.initiated', upload(contentId), { eventId: randomUUID() })]);
  await eventually('it is open', async () => (await contentRow(world, contentId))?.['phase'] === 'open');
};
const flagsOf = async (contentId: string) => {
  const [run] = await runsOf(world, contentId);
  return (run?.signals ?? []).map((facts) => facts.filter(({ body }) => body.kind === 'flagged'));
};
const isFlagged = async (contentId: string, times: number): Promise<boolean> =>
  (await flagsOf(contentId)).flat().length === times;
const openRows = async (contentId: string): Promise<number> =>
  (await world.pool.query(`SELECT 1 FROM inbox WHERE ordering_key = $1 AND status = 'open'`, [contentId])).rows.length;

describe('facts that Temporal refuses together as too large', () => {
  it('reach their run in several signals, each once and in order', async () => {
    const id = newContentId();
    await begin(id);
    const start = Date.now() - 60_000;
    const records = Array.from({ length: 10 }, (_, index) => flaggedOf(id, 4_000, start + index));
    expect(records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0)).toBeGreaterThan(2 * LIMIT_BYTES);
    await take(records);
    await eventually('all are told', () => isFlagged(id, records.length));
    const signals = (await flagsOf(id)).filter((facts) => facts.length > 0);
    expect(signals.flat().map(({ at }) => at)).toEqual(records.map((_, index) => start + index));
    expect(signals.length).toBeGreaterThan(2);
    for (const facts of signals) expect(JSON.stringify(facts).length).toBeLessThan(LIMIT_BYTES);
    expect(await deadLetters(world, id)).toEqual([]);
  });
});

describe('a fact that Temporal refuses alone', () => {
  const id = newContentId();

  it('is a dead letter, and those before and behind it go on', async () => {
    await begin(id);
    const at = Date.now() - 60_000;
    await take([
      flaggedOf(id, 300, at),
      flaggedOf(id, 2 * LIMIT_BYTES, at + 1),
      flaggedOf(id, 300, at + 2),
      flaggedOf(id, 300, at + 3),
    ]);
    await eventually('the others are told', () => isFlagged(id, 3));
    expect((await flagsOf(id)).flat().map((fact) => fact.at - at)).toEqual([0, 2, 3]);
    await eventually('nothing waits', async () => (await openRows(id)) === 0);
    expect(await deadLetters(world, id)).toMatchObject([{ code: 'FACT_TOO_LARGE', resolved: false }]);
    const flags = (await outcomesOf(world, id)).filter(({ topic }) => topic === 'moderation.flagged');
    expect(flags.map(({ outcome, code }) => [outcome, code])).toEqual([
      ['delivered', null],
      ['dead', 'FACT_TOO_LARGE'],
      ['delivered', null],
      ['delivered', null],
    ]);
    expect(await registry.metrics()).toMatch(/reelway_bridge_dead_letters_total\{code="FACT_TOO_LARGE"\} 1/);
  });

  it('goes in through its own row when it is redriven, and is a dead letter again while the limit stands', async () => {
    const found = await world.pool.query<{ id: string }>('SELECT id::text FROM dead_letters WHERE content_id = $1', [
      id,
    ]);
    const input = { ids: [found.rows[0]?.id ?? ''], actor: 'local:test', commandId: randomUUID() };
    const results = [];
    for await (const one of redrive({ ...world, wayIn: createWayIn(world.config) }, input)) results.push(one);
    expect(results).toMatchObject([{ outcome: 'reopened', contentId: id }]);
    await eventually('it is dead again', async () => {
      const letters = await world.pool.query(
        `SELECT 1 FROM dead_letters WHERE content_id = $1 AND status = 'open' AND redrives = 1`,
        [id],
      );
      return letters.rows.length === 1 && (await openRows(id)) === 0;
    });
    expect(await isFlagged(id, 3)).toBe(true);
  });
});

describe('a start that Temporal refuses alone', () => {
  it('leaves a draft, which the next upload begins', async () => {
    const id = newContentId();
    const fact = recordOf('media.upload.initiated', upload(id, 'first'), { eventId: randomUUID() });
    // No upload event can be so large: its fields have limits. The row is written as the intake would.
    await inTransaction(world.pool, async (db) => {
      const [rowId = ''] = await reserveRowIds(db, 1);
      const body = { kind: 'upload' as const, uploadSessionId: 'first', creatorId: 'creator-1' };
      await wakeKeys(db, [id]);
      await insertInboxRows(db, [
        {
          ...{ rowId, orderingKey: id, topic: fact.topic, partition: 0, offset: fact.offset, recordKey: fact.key },
          ...{ headers: {}, recordMs: null, raw: fact.value ?? Buffer.alloc(0) },
          fact: {
            ...{ eventId: randomUUID(), key: 'first', at: Date.now() },
            body: { ...body, rawKey: 'x'.repeat(2 * LIMIT_BYTES), residency: 'GLOBAL', contentType: 'VIDEO' },
          },
        },
      ]);
    });
    await eventually('it is dead', async () => (await deadLetters(world, id)).length === 1);
    expect(await contentRow(world, id)).toMatchObject({ phase: 'draft', generation: 0, status: 'DRAFT' });
    expect(await runsOf(world, id)).toEqual([]);
    await take([recordOf('media.upload.initiated', upload(id, 'second'), { eventId: randomUUID() })]);
    await eventually('it is open', async () => (await contentRow(world, id))?.['phase'] === 'open');
    expect(await contentRow(world, id)).toMatchObject({ generation: 1, upload_session_id: 'second' });
  });

  it('of a later generation leaves the content finished, until a flag comes that is taken', async () => {
    const id = newContentId();
    await begin(id);
    await world.temporal.client.workflow.getHandle(workflowIdOf(id)).terminate('finished');
    await world.pool.query(
      `UPDATE contents SET phase = 'terminal', status = 'PUBLISHED', visibility = 'PUBLISHED', hls_manifest = 'h',
         dash_manifest = 'd' WHERE content_id = $1`,
      [id],
    );
    await take([flaggedOf(id, 2 * LIMIT_BYTES, Date.now())]);
    await eventually('it is dead', async () => (await deadLetters(world, id)).length === 1);
    expect(await deadLetters(world, id)).toMatchObject([{ code: 'FACT_TOO_LARGE' }]);
    expect(await contentRow(world, id)).toMatchObject({ phase: 'terminal', generation: 1, visibility: 'HIDDEN' });
    await take([flaggedOf(id, 300, Date.now())]);
    await eventually('the next generation runs', async () => (await contentRow(world, id))?.['phase'] === 'open');
    expect(await contentRow(world, id)).toMatchObject({ generation: 2 });
    expect((await runsOf(world, id)).map(({ input }) => input.generation)).toEqual([1, 2]);
  });
});

test("a message over gRPC's own limit is told as too large at once, not repeated until the deadline", async () => {
  const id = newContentId();
  await begin(id);
  const began = performance.now();
  const facts = ['x'.repeat(5 * 1024 * 1024)];
  const { client } = world.temporal;
  const run = { workflowId: workflowIdOf(id), signal: 'facts', facts };
  expect(await signalRun(client, run, 30_000)).toBe('too-large');
  // The first repeat of the SDK would come after a second and more, the tenth after 40 s.
  expect(performance.now() - began).toBeLessThan(15_000);
});
