import { styleOf } from '../../../cli/render/text';
import { renderReport } from '../../../local/demo/render';
import { jsonOf } from '../../../local/demo/report';
import { timeId } from '../../../local/demo/time-id';
import { renderPlaces } from '../../../local/demo/where';
import { sampleReport } from './sample-report';

const shown = (changes = {}, once = true): string =>
  renderReport(sampleReport(changes), { once }, styleOf(false)).join('\n');

test('the table tells stages, renditions, events, manifests and the link', () => {
  expect(shown().split('\n')).toEqual([
    'Big Buck Bunny  demo-1  PUBLISHED, visible as PUBLISHED, 12 s after its upload event',
    '',
    'stages',
    '  STAGE   STATUS  TOOK',
    '  upload  DONE    1.5 s',
    '',
    'renditions',
    '  RENDITION  SIZE    BITRATE',
    '  360p       297 kB  451 kbit/s',
    '',
    'events, read back from Kafka by a new consumer group',
    '  SEQ  TOPIC               PARTITION  OFFSET  EVENT ID              HEADERS',
    '  1    media.transcoded    3          1       media.transcoded-1    ce_time=2026-05-01T10:00:00.000Z',
    '  2    media.drm.packaged  3          2       media.drm.packaged-2  ce_time=2026-05-01T10:00:00.000Z',
    '  3    media.published     3          3       media.published-3     ce_time=2026-05-01T10:00:00.000Z',
    '  Not shown where they say just this again: event-id, content-id, sequence, content-type, ce_id, ce_type, ce_source,',
    '  ce_specversion.',
    '',
    'manifests, fetched, parsed, and one segment per track decrypted and decoded',
    '  MANIFEST  SCHEME  TRACKS  SEGMENTS     FRAMES       WITH A WRONG KEY',
    '  hls       cbcs    2       all 6 there  260 decoded  refused',
    '  dash      cenc    2       all 6 there  260 decoded  refused',
    '  hls   GLOBAL/demo-1/hls/master.m3u8',
    '  dash  GLOBAL/demo-1/dash/manifest.mpd',
    '',
    'viewers, a subscriber among them',
    '  WHAT              SEEN',
    '  catalog:trending  not in it, then score 12.5',
    '  NEW_CONTENT       viewer-1 by PUSH and IN_APP, at 3/7, e-1',
    '  playback          200 GLOBAL/demo-1/hls/master.m3u8 (public, max-age=60)',
    '',
    'run',
    '  content:demo-1, 108 history events',
    '  http://ui/namespaces/default/workflows/content%3Ademo-1/run-1/history',
    '  The link works again after the next npm start; ended runs are kept for 24 hours.',
  ]);
});

test('while it keeps running the link needs no next start', () => {
  expect(shown({}, false)).not.toContain('next npm start');
});

test('problems stand at the end, and a set that is not usable is no figure', () => {
  const { manifests } = sampleReport();
  const hls = { ...manifests.hls, verified: null, problem: 'a segment is missing' };
  const text = shown({ manifests: { ...manifests, hls }, problems: ['hls: a segment is missing'] });
  expect(text).toMatch(/hls {7}cbcs {4}not usable\n/);
  expect(text).toMatch(/problems\n {2}hls: a segment is missing$/);
});

test('a header that differs from its event is shown', () => {
  const [first, ...rest] = sampleReport().events;
  const events = first ? [{ ...first, headers: { ...first.headers, 'event-id': 'another' } }, ...rest] : [];
  expect(shown({ events })).toContain('event-id=another');
});

test('the line of --json has the keys that others rely on', () => {
  expect(JSON.parse(jsonOf(sampleReport()))).toEqual({
    ...{ contentId: 'demo-1', workflowId: 'content:demo-1', status: 'PUBLISHED', visibility: 'PUBLISHED' },
    stages: [{ stage: 'upload', status: 'DONE', seconds: 1.5 }],
    renditions: [{ label: '360p', bytes: 297_394, bitrate: 450_597 }],
    events: ['media.transcoded', 'media.drm.packaged', 'media.published'].map((topic, index) => ({
      ...{ topic, eventId: `${topic}-${String(index + 1)}`, sequence: index + 1 },
      ...{ partition: 3, offset: String(index + 1) },
    })),
    manifests: { hls: 'GLOBAL/demo-1/hls/master.m3u8', dash: 'GLOBAL/demo-1/dash/manifest.mpd' },
    ...{ historyEvents: 108, seconds: 12.34 },
    viewers: sampleReport().viewers,
  });
  expect(jsonOf(sampleReport())).not.toContain('\n');
});

test('ids sort by the time they were made', () => {
  const ids = [0, 1, 35, 36, 1_000_000].map((ms) => timeId(Date.UTC(2026, 0, 1) + ms));
  expect([...ids].sort()).toEqual(ids);
});

test('places name the UI, every metrics endpoint, and commands for the content of this very start', () => {
  const places = renderPlaces(
    {
      ...{ ui: 'http://ui', metrics: { temporal: 'http://t/metrics', reelway: 'http://r/metrics' }, log: 'up.log' },
      api: { url: 'http://api', tokenFile: '/x/token', serviceTokenFile: '/x/service-token' },
      ...{ stackFile: '.local/stack.json', clip: 'clips/bikes.mp4', contentId: 'demo-1', suffix: '1' },
    },
    styleOf(false),
  ).join('\n');
  expect(places).toContain('Temporal UI   http://ui\n');
  expect(places).toContain('REELWAY_API_URL=http://api REELWAY_API_TOKEN_FILE=/x/token node bin/reelway.js …\n');
  expect(places).toContain('http://t/metrics (temporal)');
  expect(places).toContain('http://r/metrics (reelway)');
  expect(places).toContain('  node bin/reelway.js content submit demo-1 --repeat\n');
});
