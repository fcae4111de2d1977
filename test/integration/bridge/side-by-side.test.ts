import { randomUUID } from 'node:crypto';
import { startBridge, type Bridge } from '../../../bridge/inbound/bridge';
import { createLog } from '../../../platform/log';
import { createKafka } from '../../../platform/kafka/kafka';
import { topicRow, type Topic } from '../../../contracts/model/topics';
import { eventually } from '../../support/eventually';
import { usualSource } from '../../support/topics';
import { createWorld, type World } from '../../support/world';
import { deadLetters, flagged, newContentId, runsOf, transcoded, upload } from './events';

// A busy machine with two cores.
jest.setTimeout(120_000);

let world: World;
const bridges: Bridge[] = [];
const troubles: string[] = [];

/** Collects warnings: a deadlock would heal by itself, and still be one. */
const listening = (name: string) => {
  const log = createLog({ level: 'silent' }, { bridge: name });
  log.level = 'warn';
  log.warn = (...parts: unknown[]) => {
    troubles.push(
      JSON.stringify(parts, Object.getOwnPropertyNames(Error.prototype).concat(['err', 'code', 'message'])),
    );
  };
  return log;
};

beforeAll(async () => {
  world = await createWorld();
  for (const name of ['one', 'two']) {
    const log = listening(name);
    const kafka = createKafka(world.config.kafka, log);
    const bridge = await startBridge({
      config: world.config,
      pool: world.pool,
      kafka,
      temporal: world.temporal.client,
      log,
    });
    bridges.push({ ...bridge, stop: () => bridge.stop().then(() => kafka.close()) });
  }
  await eventually('both are ready', () => bridges.every((bridge) => bridge.ready()), 60_000);
}, 120_000);

afterAll(async () => {
  await Promise.all(bridges.map((bridge) => bridge.stop()));
  await world.close();
}, 60_000);

interface Event {
  topic: Topic;
  payload: Record<string, unknown>;
  eventId: string;
}

const CONTENTS = 60;
const RENDITIONS = 5;

test('two bridges share contents, each event arriving three times: each fact once, in order per topic, no dead letter', async () => {
  const ids = Array.from({ length: CONTENTS }, newContentId);
  const events = ids.flatMap((id): Event[] => [
    ...Array.from({ length: RENDITIONS }, (_, at) => ({
      topic: 'media.transcoded' as const,
      payload: transcoded(id, at + 1),
      eventId: randomUUID(),
    })),
    { topic: 'moderation.flagged', payload: flagged(id), eventId: randomUUID() },
    { topic: 'media.upload.initiated', payload: upload(id), eventId: randomUUID() },
  ]);
  const producer = await world.kafka.producer();
  for (let copy = 0; copy < 3; copy++)
    await Promise.all(chunks(events, 40).map((part) => producer.send(part.map(toRecord))));
  await producer.close();

  await eventually(
    'all are delivered',
    async () => {
      const { rows } = await world.pool.query<{ done: number; repeats: number }>(
        `SELECT count(*) FILTER (WHERE outcome = 'delivered')::int AS done, sum(repeats)::int AS repeats FROM event_ids`,
      );
      return rows[0]?.done === events.length && rows[0].repeats === events.length * 2;
    },
    60_000,
  );
  for (const id of ids) {
    const runs = await runsOf(world, id);
    expect(runs).toHaveLength(1);
    // A lease that ends on an overloaded machine brings a row twice, which the run knows by its id.
    const facts = [...new Map(runs.flatMap((run) => run.signals.flat()).map((fact) => [fact.row, fact])).values()];
    expect(facts).toHaveLength(RENDITIONS + 2);
    const order = facts.flatMap(({ body }) => (body.kind === 'transcoded' ? [body.durationSeconds] : []));
    expect(order).toEqual([1, 2, 3, 4, 5]);
  }
  expect(await deadLetters(world)).toEqual([]);
  // Neither deadlocks nor lost leases; a call that an overloaded machine answers late is no fault.
  expect(troubles.filter((line) => /deadlock|could not be (?:written|claimed|routed)/.test(line))).toEqual([]);
});

const toRecord = ({ topic, payload, eventId }: Event) => ({
  topic,
  key: String(payload[topicRow(topic).key ?? '']),
  value: Buffer.from(
    JSON.stringify({
      event_id: eventId,
      timestamp: new Date().toISOString(),
      source_service: usualSource(topic),
      payload,
    }),
  ),
  headers: {},
});

const chunks = <T>(all: T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));
