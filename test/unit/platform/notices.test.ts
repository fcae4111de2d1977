import { parse, v5 } from 'uuid';
import type { NewContent } from '../../../contracts/model/ports';
import { DEFAULT_CHANNELS } from '../../../contracts/model/notices';
import { newContentNotice, newContentRecords } from '../../../platform/events/notices';
import { noticeEventId } from '../../../platform/events/identity';
import { prepareNotice } from '../../../platform/events/prepare';

const CONTENT: NewContent = {
  ...{ contentId: 'c-1', creatorId: 'anna', title: 'Über "das" \\ Wetter\u2028 \u{1F600}', contentType: 'AUDIO' },
  ...{ residency: 'NG', channels: DEFAULT_CHANNELS.NEW_CONTENT, at: 1_777_000_000_123, traceparent: null },
};
const USERS = ['u-1', 'ü"x\\', '\u{1F600}', 'a b', "o'neil", 'x'.repeat(255)];
const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

test.each([null, TRACE])('records made in bulk are those made one by one, to the byte; trace %s', (traceparent) => {
  const of = { ...CONTENT, traceparent };
  const record = newContentRecords(of);
  for (const userId of USERS) {
    const prepared = prepareNotice(newContentNotice(of, userId), DEFAULT_CHANNELS);
    if (!prepared.ok) throw new TypeError(prepared.refused.message);
    const { key, value, headers } = record(userId);
    expect([key, value.toString()]).toEqual([userId, prepared.row.value.toString()]);
    expect(headers).toEqual(prepared.row.headers);
  }
});

test('ids are UUIDs of version 5, whatever the user is called', () => {
  const namespace = parse('6f0f8f0a-3c43-5d0c-9a51-2f6c2f6f2b1e');
  for (const userId of [...USERS, ...Array.from({ length: 500 }, (_, index) => `user-${String(index)}`)]) {
    const of = { userId, type: 'NEW_CONTENT', cause: 'c-1' };
    const name = Buffer.from(JSON.stringify([userId, of.type, of.cause]));
    expect(noticeEventId(of)).toBe(v5(name, namespace));
  }
});
