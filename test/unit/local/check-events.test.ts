import { checkEvents } from '../../../local/demo/check-events';
import { publishedEvents, readEvent } from './sample-report';

const transcoded = readEvent('media.transcoded', 1);
const packaged = readEvent('media.drm.packaged', 2);
const published = readEvent('media.published', 3);

test('what was sent and what was read agree: nothing to say', () => {
  expect(checkEvents(publishedEvents(), publishedEvents())).toEqual([]);
});

test('an event that is not on Kafka is named', () => {
  expect(checkEvents(publishedEvents(), [transcoded, published])).toEqual([
    'media.drm.packaged media.drm.packaged-2 was not found on Kafka',
  ]);
});

test('an event that the run did not send is named', () => {
  const foreign = readEvent('moderation.flagged', 4);
  expect(checkEvents(publishedEvents(), [...publishedEvents(), foreign])).toEqual([
    'moderation.flagged moderation.flagged-4 was not sent by the run',
  ]);
});

test('a repeat with the same bytes is right, one with others is not', () => {
  const repeat = { ...published, offset: '9' };
  expect(checkEvents(publishedEvents(), [...publishedEvents(), repeat])).toEqual([]);
  const forged = { ...repeat, value: Buffer.from('{}') };
  expect(checkEvents(publishedEvents(), [...publishedEvents(), forged])).toEqual([
    'media.published media.published-3 is on Kafka twice, with different bytes',
  ]);
});

test('the header says the sequence that was recorded', () => {
  const other = { ...published, sequence: 7 };
  expect(checkEvents(publishedEvents(), [transcoded, packaged, other])).toEqual([
    'media.published media.published-3 says sequence 7 in its headers, not 3',
  ]);
});

test('a gap in the sequence and a milestone that is lacking are told', () => {
  const some = [transcoded, published];
  expect(checkEvents(some, some)).toEqual([
    'the sequence is 1, 3',
    'media.drm.packaged was announced 0 times instead of once',
  ]);
});

test('an event must meet the schema of its topic', () => {
  const broken = { ...published, value: Buffer.from('{"event_id":"x"}') };
  expect(checkEvents(publishedEvents(), [transcoded, packaged, broken])).toEqual([
    'media.published media.published-3 does not meet the schema of its topic',
  ]);
});

test('a notice to a person has no sequence and leaves no gap', () => {
  const all = [...publishedEvents(), readEvent('notification.dispatch.requested', null)];
  expect(checkEvents(all, all)).toEqual([]);
});
