import { judge } from '../../../bridge/inbound/judge';
import { planFor } from '../../../bridge/inbound/plan';
import { keepIdentityMs, ROUTES } from '../../../bridge/inbound/routes';
import { acceptedSources } from '../../../bridge/inbound/sources';
import { OUR_SOURCE } from '../../../contracts/model/ids';
import {
  ASSET_TOPIC,
  CONSUMED_TOPICS,
  LIFECYCLE_TOPICS,
  OBSERVED_TOPICS,
  TOPICS,
} from '../../../contracts/model/topics';
import { parseConfig } from '../../../contracts/schema/config';
import type { OpenRow } from '../../../platform/postgres/inbox';
import type { RoutingState } from '../../../platform/postgres/starts';
import { bytesOf, keyOf, messageFixtures } from '../../fixtures/messages/load';

const judged = (topic: string, value: Buffer, key: Buffer | null = null) =>
  judge({ topic, partition: 0, offset: '1', timestamp: '1000', key, value, headers: {} });
const plain = (topic: (typeof CONSUMED_TOPICS)[number]) => {
  const fixture = messageFixtures(topic, 'valid').find(({ name }) => name === 'a plain message');
  if (!fixture) throw new Error(`${topic} has no plain message`);
  return judged(topic, bytesOf(fixture), keyOf(fixture));
};

describe('the table', () => {
  test('has a route for every topic we consume, one of which starts a lifecycle', () => {
    expect(Object.keys(ROUTES)).toEqual([...CONSUMED_TOPICS]);
    const consumed = Object.entries(TOPICS).filter(([, row]) => row.direction !== 'produce');
    expect([...CONSUMED_TOPICS].sort()).toEqual(consumed.map(([topic]) => topic).sort());
    expect(CONSUMED_TOPICS.filter((topic) => ROUTES[topic].does === 'starts')).toEqual(['media.upload.initiated']);
  });
  test('orders observations as their topic is keyed', () => {
    for (const topic of OBSERVED_TOPICS) expect(ROUTES[topic].orderedBy).toBe(TOPICS[topic].key);
  });
  test('remembers an identity longer than the topic keeps its record', () => {
    for (const topic of CONSUMED_TOPICS) expect(keepIdentityMs(topic)).toBeGreaterThan(TOPICS[topic].retentionMs);
  });
  test('accepts somebody, and never ourselves', () => {
    for (const topic of CONSUMED_TOPICS) {
      expect(ROUTES[topic].sources.length).toBeGreaterThan(0);
      expect(ROUTES[topic].sources).not.toContain(OUR_SOURCE);
    }
  });
});

const row = (topic: (typeof LIFECYCLE_TOPICS)[number]): OpenRow => {
  const record = plain(topic);
  if (record.is !== 'fact') throw new Error(`${topic} is no fact`);
  const flagOpen = topic === 'moderation.flagged';
  return {
    orderingKey: 'c',
    rowId: '1',
    topic,
    code: null,
    fact: record.fact,
    bytes: 1,
    ageMs: null,
    recordMs: null,
    told: false,
    flagOpen,
  };
};
const content = (over: Partial<RoutingState>): RoutingState => ({
  contentId: 'c',
  phase: 'open',
  generation: 1,
  status: 'RUNNING',
  removed: false,
  cause: 'upload:s',
  input: null,
  ...over,
});

describe.each(LIFECYCLE_TOPICS)('what the table says of %s is what the plan does', (topic) => {
  const rules = ROUTES[topic];
  test('where the content is missing', () => {
    for (const there of [undefined, content({ phase: 'draft' })]) {
      const { deliver, park } = planFor(there, [row(topic)]);
      expect(deliver?.how === 'start' ? 'begin' : park.length === 1 ? 'park' : 'else').toBe(rules.missing);
    }
  });
  test('where its run is open', () => {
    expect(planFor(content({}), [row(topic)]).deliver?.how).toBe(rules.busy);
  });
  test('where it has ended', () => {
    for (const status of ['PUBLISHED', 'REMOVED', 'CANCELLED', 'FAILED'] as const) {
      const plan = planFor(content({ phase: 'terminal', status }), [row(topic)]);
      const reopens = rules.finished === 'reopen' && status === 'PUBLISHED';
      expect(plan.deliver?.how ?? 'late').toBe(reopens ? 'next-generation' : 'late');
    }
  });
});

describe('what the table says of an update of an asset is what becomes of its fact', () => {
  const { does, missing, busy, finished } = ROUTES[ASSET_TOPIC];
  // As bridge/inbound/assets.ts makes it, in the words of a lifecycle topic's row.
  const fact: OpenRow = { ...row('media.transcoded'), topic: ASSET_TOPIC };
  test('where the content is missing, its run is open, or it has ended', () => {
    expect(does).toBe('updates');
    expect([missing, planFor(undefined, [fact]).park]).toEqual(['update-park', [fact]]);
    expect([busy, planFor(content({}), [fact]).deliver?.how]).toEqual(['update-signal', 'signal']);
    const ended = content({ phase: 'terminal', status: 'PUBLISHED' });
    expect([finished, planFor(ended, [fact]).late]).toEqual(['update-late', [fact]]);
  });
  test('and no other topic has these words', () => {
    const updating = CONSUMED_TOPICS.filter((topic) => ROUTES[topic].missing.startsWith('update-'));
    expect(updating).toEqual([ASSET_TOPIC]);
  });
});

describe('an observation', () => {
  test.each([
    ['engagement.subscription.changed', 'creator_id', /^\["user-1","creator-7",\d+\]$/],
    ['payment.events', 'subscriber_id', /^\["PAYSTACK",".+","payment\..+"\]$/],
    ['upload.media.processed', 'episodeId', /^[0-9a-f]{64}$/],
  ] as const)('of %s knows what it is about and what makes it the same', (topic, entity, key) => {
    const record = plain(topic);
    if (record.is !== 'observed') throw new Error(`${topic} is ${record.is}`);
    expect(record.businessKey).toMatch(key);
    expect(record.entityId).toBe((record.payload as Record<string, unknown>)[entity]);
  });
  test('without an envelope has the identity of its bytes', () => {
    const flat = Buffer.from('{"episodeId":"3f0c9a52-6f0e-4d7b-9a65-0d6d8a2f4c11","status":"PENDING"}');
    const ids = [judged('upload.media.processed', flat), judged('upload.media.processed', flat, Buffer.from('k'))];
    expect(ids).toMatchObject([{ is: 'observed' }, { is: 'observed' }]);
    expect(new Set(ids.map(({ eventId }) => eventId)).size).toBe(2);
  });
});

describe('who may send', () => {
  const required = {
    REELWAY_TEMPORAL_ADDRESS: 'localhost:7233',
    REELWAY_KAFKA_BROKERS: 'localhost:9092',
    REELWAY_POSTGRES_URL: 'postgres://localhost/x',
    REELWAY_OBJECTS_ROOT: '/objects',
  };
  const read = (text: string) => parseConfig({ ...required, REELWAY_ACCEPTED_SOURCES: text });

  test('is as the routes say where nothing is configured', () => {
    const accepts = acceptedSources({});
    expect(accepts('payment.events', 'billing-service')).toBe(true);
    expect(accepts('payment.events', 'upload-service')).toBe(false);
    expect(accepts('upload.media.processed', null)).toBe(true);
  });
  test('is replaced for the topics that are named, and for no other', () => {
    const config = read('payment.events=wallet|billing-2; media.transcoded=*');
    if (!config.ok) throw new Error('not read');
    const accepts = acceptedSources(config.config.bridge.acceptedSources);
    expect(accepts('payment.events', 'billing-2')).toBe(true);
    expect(accepts('payment.events', 'billing-service')).toBe(false);
    expect(accepts('media.transcoded', 'anybody')).toBe(true);
    expect(accepts('media.drm.packaged', 'anybody')).toBe(false);
  });
  test.each([
    'payments=a',
    'media.published=a',
    'payment.events',
    'payment.events=',
    'payment.events=a;payment.events=b',
    'x=*|a',
  ])('is refused where it cannot be read: %s', (text) => {
    expect(read(text)).toMatchObject({ ok: false, problems: [{ name: 'REELWAY_ACCEPTED_SOURCES' }] });
  });
  test('a source that may not send is dead under its event and its content', () => {
    const value = {
      event_id: '0b5a4d9c-8f6e-4b7a-9d3c-1e2f3a4b5c6d',
      timestamp: '2026-01-02T03:04:05Z',
      source_service: 'billing-service',
      payload: { content_id: 'c', reviewer_id: 'r', decision: 'APPROVED' },
    };
    expect(judged('moderation.approved', Buffer.from(JSON.stringify(value)))).toMatchObject({
      is: 'dead',
      code: 'SOURCE_NOT_ACCEPTED',
      eventId: value.event_id,
      contentId: 'c',
    });
  });
});
