import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');
const ROOMS = ['activities', 'api', 'bridge', 'cli', 'contracts', 'operations', 'platform', 'workers', 'workflows'];

const sourcesIn = (room: string): string[] =>
  readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(room, file));

const naming = (what: RegExp): string[] =>
  ROOMS.flatMap(sourcesIn)
    .filter((file) => what.test(readFileSync(join(ROOT, file), 'utf8')))
    .sort();

test('one module is the Notification Service API: no other source names the topic for sending', () => {
  expect(naming(/notification\.dispatch\.requested/)).toEqual([
    // Documentation, the topic table, the schema; then the maker of the records.
    'bridge/docs/asyncapi.ts',
    'contracts/model/topics.ts',
    'contracts/schema/payloads.ts',
    'platform/events/notices.ts',
  ]);
});

test('its records are made for the one table of requests and for the fan-out, and sent from there alone', () => {
  expect(naming(/\bNOTICE_TOPIC\b|\bnewContentRecords\b/)).toEqual([
    'bridge/outbound/new-content.ts',
    'bridge/outbound/notices.ts',
    'platform/events/notices.ts',
    'platform/events/prepare.ts',
    // Names those that `content show` lists.
    'platform/postgres/content-details.ts',
  ]);
  expect(naming(/\bprepareNotice\b/)).toEqual(['operations/notifications/request.ts', 'platform/events/prepare.ts']);
});
