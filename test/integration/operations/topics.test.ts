import { checkConsumedTopics } from '../../../bridge/inbound/check-topics';
import type { ConsumedTopic, Topic } from '../../../contracts/model/topics';
import { checkTopics, createTopics, type TopicCheck } from '../../../operations/topics';
import { createLog, type Logger } from '../../../platform/log';
import { createWorld, type World } from '../../support/world';

jest.setTimeout(60_000);

/** A world without topics: each test makes those it wants to be wrong. */
async function emptyWorld(): Promise<World> {
  return createWorld({ uses: [] });
}

let world: World;
beforeEach(async () => {
  world = await emptyWorld();
});
afterEach(() => world.close());

const deps = () => ({ kafka: () => world.kafka, config: world.config });
const make = (name: Topic, partitions: number, config: Record<string, string> = {}) =>
  world.kafka.createTopics([{ name, partitions, config }]);
const checkOf = (checks: TopicCheck[], topic: Topic) => checks.find((check) => check.topic === topic);

/** Collects what is warned of. */
function listening(): { log: Logger; warned: { code: string; topic: string }[] } {
  const warned: { code: string; topic: string }[] = [];
  const log = createLog({ level: 'silent' }, {});
  log.warn = (fields: unknown) => void warned.push(fields as { code: string; topic: string });
  return { log, warned };
}

test('what create makes is what check wants, and a second create does nothing', async () => {
  const created = await createTopics(deps());
  expect(created).toHaveLength(13);
  const checks = await checkTopics(deps());
  expect(checks.filter(({ state }) => state !== 'ok')).toEqual([]);
  expect(await createTopics(deps())).toEqual([]);
  const { log, warned } = listening();
  await checkConsumedTopics(world.kafka, 1, log);
  expect(warned).toEqual([]);
});

test('check lists every setting that differs, with what is and what should be', async () => {
  await make('media.transcoded', 3, {
    'retention.ms': '1000',
    'cleanup.policy': 'compact',
    'max.message.bytes': '5000000',
  });
  const config = { ...world.config, kafka: { ...world.config.kafka, minInsyncReplicas: 2 } };
  const checks = await checkTopics({ ...deps(), config });
  expect(checkOf(checks, 'media.transcoded')).toEqual({
    topic: 'media.transcoded',
    state: 'drift',
    partitions: 3,
    drift: [
      { setting: 'partitions', is: '3', should: '24' },
      { setting: 'retention.ms', is: '1000', should: '604800000' },
      { setting: 'cleanup.policy', is: 'compact', should: 'delete' },
      { setting: 'min.insync.replicas', is: '1', should: '2' },
      { setting: 'max.message.bytes', is: '5000000', should: '1048588' },
    ],
    problem:
      'partitions is 3, should be 24; retention.ms is 1000 (0 d), should be 604800000 (7 d); ' +
      'cleanup.policy is compact, should be delete; min.insync.replicas is 1, should be 2; ' +
      'max.message.bytes is 5000000, should be 1048588',
  });
  expect(checkOf(checks, 'payment.events')).toMatchObject({ state: 'missing', drift: [] });
});

test('the command says the same to people and programs, and ends with 1', async () => {
  await createTopics(deps());
  const fine = await world.runReelway(['topics', 'check']);
  expect(fine).toMatchObject({ code: 0 });
  const other = { REELWAY_KAFKA_TOPIC_PREFIX: `${world.name}.other.` };
  const asText = await world.runReelway(['topics', 'check'], other);
  expect(asText).toMatchObject({ code: 1 });
  expect(asText.stdout).toMatch(/^media\.transcoded +missing/m);
  const asJson = await world.runReelway(['topics', 'check', '-o', 'json'], {
    REELWAY_TOPIC_MIN_INSYNC: '2',
  });
  expect(asJson).toMatchObject({ code: 1 });
  const checks = JSON.parse(asJson.stdout) as TopicCheck[];
  expect(checkOf(checks, 'payment.events')?.drift).toEqual([{ setting: 'min.insync.replicas', is: '1', should: '2' }]);
});

describe('the bridge', () => {
  const DAY_MS = 24 * 60 * 60 * 1000;
  /** All topics as the table says, but for one. */
  async function allBut(topic: ConsumedTopic, partitions: number, config: Record<string, string>): Promise<void> {
    await make(topic, partitions, config);
    await createTopics(deps());
  }

  test('does not start on a missing topic', async () => {
    await make('media.transcoded', 1);
    await expect(checkConsumedTopics(world.kafka, 1, world.log)).rejects.toMatchObject({
      code: 'TOPIC_MISSING',
      message: expect.stringContaining('payment.events') as string,
    });
  });
  test('warns of a difference and starts', async () => {
    await allBut('media.transcoded', 2, { 'retention.ms': String(8 * DAY_MS) });
    const { log, warned } = listening();
    await checkConsumedTopics(world.kafka, 1, log);
    expect(warned).toMatchObject([{ code: 'TOPIC_DRIFT', topic: 'media.transcoded' }]);
  });
  test.each([
    ['longer than identities are', { 'retention.ms': String(9 * DAY_MS) }],
    ['for ever', { 'retention.ms': '-1' }],
    ['for ever, by compaction', { 'retention.ms': String(7 * DAY_MS), 'cleanup.policy': 'compact' }],
  ])('does not start where records are kept %s', async (_name, config) => {
    await allBut('media.upload.initiated', 12, config);
    await expect(checkConsumedTopics(world.kafka, 1, world.log)).rejects.toMatchObject({
      code: 'RETENTION_TOO_LONG',
      message: expect.stringContaining('media.upload.initiated') as string,
    });
  });
});
