import { OUR_SOURCE } from '../../contracts/model/ids';
import type { Topic } from '../../contracts/model/topics';

/** Raised when a consumer of a topic has to change for what we write there. */
const TYPE_VERSION = 1;

/**
 * The attributes of CloudEvents 1.0 as Kafka headers (binary mode): routers and tools read them without the value,
 * which stays the envelope of the contracts. id and time are the envelope's own.
 */
export const cloudEventHeaders = (event: { eventId: string; topic: Topic; timestamp: string }) => ({
  ce_specversion: '1.0',
  ce_id: event.eventId,
  ce_source: `/${OUR_SOURCE}`,
  ce_type: `${OUR_SOURCE}.${event.topic}.v${String(TYPE_VERSION)}`,
  ce_time: event.timestamp,
  'content-type': 'application/json',
});
