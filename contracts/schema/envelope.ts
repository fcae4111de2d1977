import { z } from 'zod';
import { id, timestamp, uuid } from './fields';

/** The envelope of every Kafka message around a payload. Unknown extra fields are ignored; nothing is coerced. */
export const envelopeOf = <P extends z.ZodType>(payload: P) =>
  z.object({ event_id: uuid, timestamp, source_service: id, payload });
