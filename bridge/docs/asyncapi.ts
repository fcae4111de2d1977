import { OUR_SOURCE } from '../../contracts/model/ids';
import { RESIDENCIES } from '../../contracts/model/status';
import {
  TOPIC_CLEANUP_POLICY,
  TOPIC_MAX_MESSAGE_BYTES,
  TOPICS,
  topicRow,
  isCounted,
  type ConsumedTopic,
  type Topic,
} from '../../contracts/model/topics';
import { TRACEPARENT } from '../../contracts/model/trace';
import { envelopedSchema, flatSchema, type JsonSchema } from '../../contracts/schema/json-schema';
import { VARIABLES } from '../../contracts/schema/variables';
import { isConsumed, ROUTES } from '../inbound/routes';

/** The version of the messages; a change that old consumers cannot read raises its first number. */
const CONTRACT_VERSION = '1.0.0';
const KAFKA_BINDING = '0.5.0';

const NAMES = Object.keys(TOPICS) as Topic[];
const sends = (topic: Topic): boolean => topicRow(topic).direction !== 'consume';

/** What Reelway receives and sends, as AsyncAPI 3. */
export const asyncapiDocument = () => ({
  asyncapi: '3.0.0',
  info: {
    title: 'Reelway',
    version: CONTRACT_VERSION,
    description:
      'Events that Reelway receives and sends over Kafka. Delivery is at least once: event_id tells repeats, and no order ' +
      'exists between topics. Fields that a schema does not name are ignored.',
    license: { name: 'Apache-2.0' },
  },
  defaultContentType: 'application/json',
  channels: Object.fromEntries(NAMES.map((topic) => [idOf(topic), channel(topic)])),
  operations: Object.fromEntries<object>([
    ...NAMES.filter(isConsumed).map((topic) => [`receive_${idOf(topic)}`, receiving(topic)] as const),
    ...NAMES.filter(sends).map((topic) => [`send_${idOf(topic)}`, sending(topic)] as const),
  ]),
  components: { messages: Object.fromEntries(NAMES.flatMap(messages)) },
});

/** Ids of a document may not hold dots. */
const idOf = (topic: Topic): string => topic.replaceAll('.', '_');

const channel = (topic: Topic) => ({
  address: topic,
  messages: Object.fromEntries(
    messages(topic).map(([name]) => [name, { $ref: `#/components/messages/${name}` }] as const),
  ),
  bindings: {
    kafka: {
      topic,
      partitions: topicRow(topic).partitions,
      topicConfiguration: {
        'cleanup.policy': [TOPIC_CLEANUP_POLICY],
        'retention.ms': topicRow(topic).retentionMs,
        'max.message.bytes': TOPIC_MAX_MESSAGE_BYTES,
      },
      bindingVersion: KAFKA_BINDING,
    },
  },
});

const groupOf = (topic: ConsumedTopic) =>
  isCounted(topic) ? VARIABLES.REELWAY_PROJECTOR_GROUP : VARIABLES.REELWAY_KAFKA_GROUP;

function receiving(topic: ConsumedTopic) {
  const { does, sources, orderedBy, businessKey, missing, busy, finished } = ROUTES[topic];
  return {
    ...operation('receive', topic),
    bindings: {
      kafka: {
        groupId: { type: 'string', default: groupOf(topic).preset },
        bindingVersion: KAFKA_BINDING,
      },
    },
    'x-route': { does, sources, orderedBy, businessKey, missing, busy, finished },
  };
}

const sending = (topic: Topic) => ({ ...operation('send', topic), 'x-source': OUR_SOURCE });

const operation = (action: 'receive' | 'send', topic: Topic) => ({
  action,
  channel: { $ref: `#/channels/${idOf(topic)}` },
  messages: messages(topic)
    // We ourselves always send the envelope.
    .filter(([name]) => action === 'receive' || name === idOf(topic))
    .map(([name]) => ({ $ref: `#/channels/${idOf(topic)}/messages/${name}` })),
});

function messages(topic: Topic): [name: string, message: object][] {
  const flat = flatSchema(topic, 'draft-7');
  const enveloped = message(topic, topic, envelopedSchema(topic, 'draft-7'));
  const headers = sends(topic) ? { headers: outgoingHeaders(topic) } : {};
  return [
    [idOf(topic), { ...enveloped, ...headers }],
    ...(flat
      ? [[`${idOf(topic)}_flat`, message(topic, `${topic} without an envelope`, flat)] as [string, object]]
      : []),
  ];
}

function message(topic: Topic, title: string, payload: JsonSchema) {
  const { key } = topicRow(topic);
  const keyed = key === null ? {} : { key: { type: 'string', description: `the ${key} of the payload` } };
  return {
    name: topic,
    title,
    contentType: 'application/json',
    payload,
    bindings: { kafka: { ...keyed, bindingVersion: KAFKA_BINDING } },
  };
}

/** On what we send; whoever else sends need not have them. Notices to people stand outside the order of their content. */
function outgoingHeaders(topic: Topic): JsonSchema {
  const number = { type: 'string', pattern: '^[1-9][0-9]*$' };
  const order = {
    sequence: { ...number, description: 'number of the event among all of its content, for ever, without a gap' },
    'topic-sequence': { ...number, description: 'the same among those of this topic' },
  };
  return {
    type: 'object',
    properties: {
      'event-id': { type: 'string', description: 'as in the envelope' },
      'content-id': { type: 'string' },
      ce_specversion: { const: '1.0' },
      ce_id: { type: 'string', description: 'the event_id' },
      ce_source: { const: `/${OUR_SOURCE}` },
      ce_type: { type: 'string', description: 'reelway.TOPIC.v1' },
      ce_time: { type: 'string', format: 'date-time', description: 'the timestamp of the envelope' },
      'content-type': { const: 'application/json' },
      [TRACEPARENT]: { type: 'string', description: 'of the upload event of the revision, where that had one' },
      ...(topic === 'notification.dispatch.requested'
        ? { residency: { enum: [...RESIDENCIES], description: 'of the content, where it tells of one' } }
        : order),
    },
  };
}
