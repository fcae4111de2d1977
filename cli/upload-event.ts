import { v5 as uuidv5 } from 'uuid';
import { START_TOPIC } from '../contracts/model/topics';
import type { OutgoingRecord } from '../contracts/model/ports';
import type { UploadSession } from '../platform/postgres/upload-sessions';

/** The service whose place the command line takes when it uploads. */
const SOURCE = 'upload-service';

/** Namespace of the event ids of uploads; any fixed UUID does, as long as it never changes. */
const UPLOAD_NAMESPACE = 'c3f1a9de-0b59-5c7e-8c3b-9a2f6d1e7b44';

/** One session has one id, on every machine. */
export const uploadEventId = (contentId: string, session: string): string =>
  uuidv5(JSON.stringify([contentId, 'upload', session]), UPLOAD_NAMESPACE);

/** media.upload.initiated of a session: the same session and time give the same bytes. */
export function uploadEvent(upload: UploadSession): OutgoingRecord {
  const event = {
    event_id: uploadEventId(upload.contentId, upload.uploadSessionId),
    timestamp: upload.at.toISOString(),
    source_service: SOURCE,
    payload: {
      upload_session_id: upload.uploadSessionId,
      content_id: upload.contentId,
      creator_id: upload.creatorId,
      s3_raw_key: upload.rawKey,
      residency: upload.residency,
      content_type: upload.contentType,
    },
  };
  return {
    topic: START_TOPIC,
    key: upload.uploadSessionId,
    value: Buffer.from(JSON.stringify(event)),
    headers: {},
  };
}
