import { keyProblem } from '../../../contracts/model/object-key';
import { uploadEvent, uploadEventId } from '../../../cli/upload-event';
import { safeName } from '../../../cli/upload-service';
import type { UploadSession } from '../../../platform/postgres/upload-sessions';

const upload: UploadSession = {
  contentId: 'c-1',
  uploadSessionId: 's-1',
  creatorId: 'anna',
  rawKey: 'raw/c-1/s-1/clip.mp4',
  residency: 'NG',
  contentType: 'VIDEO',
  at: new Date('2025-01-02T03:04:05.678Z'),
};

test('the same session is the same event, byte for byte, on every machine', () => {
  const again = { ...upload, at: new Date(upload.at) };
  expect(uploadEvent(again)).toEqual(uploadEvent(upload));
  expect(uploadEvent({ ...upload, uploadSessionId: 's-2' }).value).not.toEqual(uploadEvent(upload).value);
});

test('it is an event as the upload service sends it', () => {
  const { topic, key, value } = uploadEvent(upload);
  expect({ topic, key }).toEqual({ topic: 'media.upload.initiated', key: 's-1' });
  expect(JSON.parse(String(value))).toEqual({
    event_id: uploadEventId('c-1', 's-1'),
    timestamp: '2025-01-02T03:04:05.678Z',
    source_service: 'upload-service',
    payload: {
      upload_session_id: 's-1',
      content_id: 'c-1',
      creator_id: 'anna',
      s3_raw_key: 'raw/c-1/s-1/clip.mp4',
      residency: 'NG',
      content_type: 'VIDEO',
    },
  });
});

test.each([
  ['clip.mp4', 'clip.mp4'],
  ['my clip (1).mp4', 'my_clip_1_.mp4'],
  ['..', 'file'],
  ['-rf.mp4', 'rf.mp4'],
  ['a..b.mp4', 'a.b.mp4'],
  ['%2e%2e/x', '_2e_2e_x'],
  ['', 'file'],
  [`${'x'.repeat(300)}.mp4`, `${'x'.repeat(96)}.mp4`],
])('a file named %j becomes a key that nothing trips over', (name, safe) => {
  expect(safeName(name)).toBe(safe);
  expect(keyProblem(`raw/c-1/s-1/${safeName(name)}`)).toBeNull();
});
