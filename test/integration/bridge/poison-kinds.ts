import { randomInt, randomUUID } from 'node:crypto';
import type { ErrorCode } from '../../../contracts/model/errors';
import type { ConsumedTopic } from '../../../contracts/model/topics';
import { usualSource } from '../../support/topics';
import { approved, newContentId, transcoded, upload } from './events';

/** A record that cannot be used, and what it is called. neighbourId: the event id of the good record before it. */
export interface Poison {
  name: string;
  topic: GoodTopic;
  code: ErrorCode;
  value(neighbourId: string): Buffer | null;
}

export interface Good {
  eventId: string;
  value: Buffer;
}

const DEEP = 20_000;
export const OVERSIZED_BYTES = 5 * 1024 * 1024;

const envelope = (topic: ConsumedTopic, payload: object, over: object = {}): Record<string, unknown> => ({
  event_id: randomUUID(),
  timestamp: new Date().toISOString(),
  source_service: usualSource(topic),
  payload,
  ...over,
});
const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const uploadWith = (patch: object, over: object = {}): Record<string, unknown> =>
  envelope('media.upload.initiated', { ...upload(newContentId()), ...patch }, over);

/** JSON of an upload in which one text stands for another, as no JSON.stringify would write it. */
const uploadText = (patch: object, replaced: string, by: string): Buffer =>
  Buffer.from(JSON.stringify(uploadWith(patch)).replace(replaced, by));

/** Never the same twice. */
const GOOD = {
  'media.upload.initiated': (contentId: string) => upload(contentId, `session-${randomUUID()}`),
  'media.transcoded': (contentId: string) => transcoded(contentId, 1 + randomInt(2 ** 31)),
  'moderation.approved': approved,
  'payment.events': () => payment(),
} satisfies Partial<Record<ConsumedTopic, (contentId: string) => object>>;
type GoodTopic = keyof typeof GOOD;

const payment = (): Record<string, unknown> => ({
  subscriber_id: 'user-1',
  subscription_id: 'sub-1',
  event_type: 'payment.failed',
  amount: 150_000,
  currency: 'NGN',
  processor: 'PAYSTACK',
  processor_ref: `ref-${randomUUID()}`,
});

/** A good record of the topic, about `contentId` where the topic is about contents. */
export function goodRecord(topic: GoodTopic, contentId: string): Good {
  const message = envelope(topic, GOOD[topic](contentId));
  return { eventId: String(message['event_id']), value: bytes(message) };
}

const START = 'media.upload.initiated';
const shaped = (name: string, patch: object, over: object = {}): Poison => ({
  name,
  topic: START,
  code: 'SCHEMA_INVALID',
  value: () => bytes(uploadWith(patch, over)),
});

/** Every kind that we know of; `code` as docs/errors.md has it. */
export const POISON: Poison[] = [
  { name: 'not JSON', topic: START, code: 'NOT_JSON', value: () => Buffer.from('neither JSON nor anything') },
  { name: 'JSON that was cut off', topic: START, code: 'NOT_JSON', value: () => bytes(uploadWith({})).subarray(0, 90) },
  { name: 'not UTF-8', topic: START, code: 'NOT_JSON', value: () => Buffer.from([0x22, 0xff, 0xfe, 0xc0, 0x22]) },
  { name: 'NaN', topic: START, code: 'NOT_JSON', value: () => uploadText({ more: '?' }, '"?"', 'NaN') },
  { name: 'no bytes', topic: START, code: 'NOT_JSON', value: () => Buffer.alloc(0) },
  { name: 'no value', topic: START, code: 'NULL_VALUE', value: () => null },
  {
    name: 'arrays 20,000 deep',
    topic: START,
    code: 'TOO_DEEP',
    value: () => Buffer.from(`${'['.repeat(DEEP)}${']'.repeat(DEEP)}`),
  },
  {
    name: 'a field we ignore, 20,000 deep',
    topic: START,
    code: 'TOO_DEEP',
    value: () => uploadText({ more: '?' }, '"?"', `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`),
  },
  {
    name: 'U+0000',
    topic: START,
    code: 'UNSAFE_TEXT',
    value: () => bytes(uploadWith({ creator_id: 'creator\u0000-1' })),
  },
  {
    name: 'half of a surrogate pair',
    topic: START,
    code: 'UNSAFE_TEXT',
    value: () => uploadText({ creator_id: '?' }, '"?"', '"\\ud83d"'),
  },
  {
    name: '5 MB',
    topic: START,
    code: 'TOO_LARGE',
    value: () => bytes(uploadWith({ more: 'x'.repeat(OVERSIZED_BYTES) })),
  },
  shaped('a number for an id', { content_id: 17 }),
  shaped('a list for an id', { creator_id: ['creator-1'] }),
  shaped('a text for the payload', {}, { payload: 'upload' }),
  shaped('an unknown value of an enum', { residency: 'MARS' }),
  shaped('an event id that is none', {}, { event_id: 'one' }),
  {
    name: 'a list for the whole message',
    topic: START,
    code: 'SCHEMA_INVALID',
    value: () => bytes([uploadWith({})]),
  },
  {
    name: '__proto__ in the payload',
    topic: START,
    code: 'SCHEMA_INVALID',
    value: () => uploadText({ more: '?' }, '"more":"?"', '"__proto__":{"residency":"GLOBAL"}'),
  },
  {
    name: 'a number that overflows a double',
    topic: 'media.transcoded',
    code: 'SCHEMA_INVALID',
    value: () =>
      Buffer.from(
        JSON.stringify(envelope('media.transcoded', transcoded(newContentId(), 77_777))).replace('77777', '1e400'),
      ),
  },
  {
    name: 'an amount above every safe integer',
    topic: 'payment.events',
    code: 'SCHEMA_INVALID',
    value: () =>
      Buffer.from(JSON.stringify(envelope('payment.events', payment())).replace('150000', '9007199254740993')),
  },
  {
    name: 'an event id that came with another payload',
    topic: START,
    code: 'EVENT_ID_REUSED',
    value: (neighbourId) => bytes(uploadWith({}, { event_id: neighbourId })),
  },
  {
    name: 'our own name, forged',
    topic: 'moderation.approved',
    code: 'FORGED_SOURCE',
    value: () => bytes(envelope('moderation.approved', approved(newContentId()), { source_service: 'reelway' })),
  },
  {
    name: 'the name of a service that may not send it',
    topic: 'moderation.approved',
    code: 'SOURCE_NOT_ACCEPTED',
    value: () => bytes(envelope('moderation.approved', approved(newContentId()), { source_service: 'upload-service' })),
  },
];
