import { randomUUID } from 'node:crypto';
import { startBridge, type Bridge } from '../../../bridge/inbound/bridge';
import { bridgeStatus, resumeBridge } from '../../../operations/bridge';
import { createRegistry } from '../../../platform/metrics';
import { eventually } from '../../support/eventually';
import { createWorld, type World } from '../../support/world';
import { contentRow, deadLetters, newContentId, runsOf, upload } from './events';

// A busy machine with two cores.
jest.setTimeout(60_000);

const GUARD_PER_MINUTE = 5;

let world: World;
let bridge: Bridge;
const registry = createRegistry();

beforeAll(async () => {
  world = await createWorld({
    partitions: 1,
    env: { REELWAY_START_GUARD_PER_MINUTE: String(GUARD_PER_MINUTE), REELWAY_BREAKER_RECORDS: '20' },
  });
  const { config, pool, kafka, log } = world;
  bridge = await startBridge({ config, pool, kafka, temporal: world.temporal.client, log, metrics: registry });
  await eventually('the bridge is ready', () => bridge.ready());
}, 60_000);
afterAll(async () => {
  await bridge.stop();
  await world.close();
}, 60_000);

const deps = () => ({ pool: world.pool, config: world.config, kafka: () => world.kafka });
const status = () => bridgeStatus(deps());
const resume = (scope: string) => resumeBridge(deps(), { scope, actor: 'local:test', reason: 'looked at it' });

const sendTogether = async (values: string[]): Promise<void> => {
  const producer = await world.kafka.producer();
  await producer.send(
    values.map((value) => ({ topic: 'media.transcoded', key: 'k', value: Buffer.from(value), headers: {} })),
  );
  await producer.close();
};
const dead = () => deadLetters(world);
const caughtUp = async (): Promise<boolean> => (await status()).lag === 0;

describe('a batch of which at least half would be dead', () => {
  const SCOPE = 'media.transcoded/0';
  const bad = Array.from({ length: 30 }, (_, index) => `not JSON ${String(index)}`);

  it('is held: nothing of it is written, readiness and status say why', async () => {
    await sendTogether(bad);
    await eventually('the partition is paused', async () => (await status()).paused.length > 0);
    const { paused, partitions } = await status();
    expect(paused).toMatchObject([{ scope: SCOPE, code: 'BREAKER_OPEN' }]);
    expect(paused[0]?.reason).toMatch(/30 of 30 records from offset 0 would be dead letters \(NOT_JSON\)/);
    expect(partitions.find(({ topic }) => topic === 'media.transcoded')).toMatchObject({ lag: 30, watermark: null });
    expect(await dead()).toEqual([]);
    expect(bridge.ready()).toBe(false);
    expect(bridge.held()).toEqual([expect.stringContaining(`BREAKER_OPEN ${SCOPE}`)]);
    expect(bridge.live()).toBe(true);
    const metrics = await registry.metrics();
    expect(metrics).toContain(`reelway_bridge_paused{scope="${SCOPE}"} 1`);
    expect(metrics).toContain('reelway_bridge_lag_records{topic="media.transcoded",partition="0"} 30');
    expect(metrics).toMatch(/^reelway_bridge_lag_seconds\{topic="media.transcoded",partition="0"\} \d/m);
    expect(metrics).toMatch(/^reelway_bridge_inbox_rows\{status="dead"\} 0/m);
    expect(metrics).toMatch(/^reelway_bridge_heartbeat_age_seconds \d/m);
  });

  it('leaves other topics alone', async () => {
    const id = newContentId();
    await world.topics.send('media.upload.initiated', upload(id));
    await eventually('it is started', async () => (await contentRow(world, id))?.['phase'] === 'open');
  });

  it('becomes dead letters when a person resumes the partition, who is in the audit', async () => {
    expect(await resume(SCOPE)).toEqual({ scope: SCOPE, passesThrough: '29' });
    await eventually('all are dead letters', async () => (await dead()).length === 30);
    await eventually('the offsets are committed', caughtUp);
    await eventually('it is ready again', () => bridge.ready());
    const audit = await world.pool.query(`SELECT actor, reason, args FROM audit WHERE verb = 'bridge-resume'`);
    expect(audit.rows).toEqual([{ actor: 'local:test', reason: 'looked at it', args: { scope: SCOPE } }]);
  });

  it('trips again for what comes after what the person saw', async () => {
    await sendTogether(bad);
    await eventually('paused again', async () => (await status()).paused.length > 0);
    await resume(SCOPE);
    await eventually('the offsets are committed', caughtUp);
  });

  it('is not resumed twice, and nothing else is', async () => {
    await expect(resume(SCOPE)).rejects.toMatchObject({ code: 'NOT_PAUSED' });
    await expect(resume('media.transcoded/7')).rejects.toMatchObject({ code: 'NOT_PAUSED' });
    await expect(resume('starts')).rejects.toMatchObject({ code: 'NOT_PAUSED' });
  });
});

describe('uploads of finished content that come in numbers', () => {
  it('are late, and pause the starts of new content until a person resumes them', async () => {
    const finished = Array.from({ length: GUARD_PER_MINUTE + 1 }, newContentId);
    for (const id of finished) await world.topics.send('media.upload.initiated', upload(id));
    const phase = async (id: string): Promise<unknown> => (await contentRow(world, id))?.['phase'];
    await eventually('they run', async () => (await Promise.all(finished.map(phase))).every((one) => one === 'open'));
    await world.pool.query(`UPDATE contents SET phase = 'terminal', status = 'PUBLISHED' WHERE content_id = ANY($1)`, [
      finished,
    ]);
    for (const id of finished) {
      await world.topics.send('media.upload.initiated', upload(id), { eventId: randomUUID() });
    }
    await eventually('the starts are paused', async () =>
      (await status()).paused.some(({ scope }) => scope === 'starts'),
    );
    expect((await status()).paused).toMatchObject([{ code: 'STARTS_PAUSED' }]);

    const id = newContentId();
    await world.topics.send('media.upload.initiated', upload(id));
    await eventually('it waits in the inbox', async () => {
      const keys = await world.pool.query(`SELECT last_code FROM inbox_keys WHERE ordering_key = $1`, [id]);
      return (keys.rows[0] as { last_code: string | null } | undefined)?.last_code === 'STARTS_PAUSED';
    });
    expect(await runsOf(world, id)).toEqual([]);

    await resume('starts');
    await eventually('it is started', async () => (await phase(id)) === 'open');
    expect(await runsOf(world, id)).toHaveLength(1);
    for (const one of finished) expect(await runsOf(world, one)).toHaveLength(1);
  });
});
