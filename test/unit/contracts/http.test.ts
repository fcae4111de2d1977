import { engagementMetrics, episodeAssets, mediaProcessed, missingWhenReady } from '../../../contracts/schema/http';
import { contentRecord } from '../../../contracts/schema/record';

const EPISODE = '3f0c9a52-6f0e-4d7b-9a65-0d6d8a2f4c11';
const READY = {
  status: 'READY',
  manifestUrl: 'https://cdn.example/master.m3u8',
  defaultThumbnailUrl: 'https://cdn.example/poster.jpg',
  variants: [{ label: '720p' }],
};

describe('bodies of the ingest endpoints', () => {
  it('are flat: the episode in the body for events, in the path for the webhook', () => {
    expect(mediaProcessed.safeParse({ ...READY, episodeId: EPISODE }).success).toBe(true);
    expect(mediaProcessed.safeParse(READY).success).toBe(false);
    expect(
      episodeAssets.safeParse({ ...READY, captions: [{ lang: 'en', url: 'https://cdn.example/en.vtt' }] }).success,
    ).toBe(true);
  });

  it('may come READY without manifest or thumbnail, which is told apart from a malformed body', () => {
    const bare = mediaProcessed.parse({ episodeId: EPISODE, status: 'READY', variants: [{ label: 'auto' }] });
    expect(missingWhenReady(bare, false)).toEqual(['manifestUrl', 'defaultThumbnailUrl']);
    expect(missingWhenReady(bare, true)).toEqual(['manifestUrl']);
    expect(missingWhenReady({ ...bare, status: 'PROCESSING' }, false)).toEqual([]);
  });

  it('count metrics of known shape only', () => {
    expect(engagementMetrics.safeParse({ metrics: [{ contentId: EPISODE, score: 0.5, rating: 5 }] }).success).toBe(
      true,
    );
    expect(engagementMetrics.safeParse({ metrics: [{ contentId: EPISODE, score: Infinity }] }).success).toBe(false);
  });
});

describe('a content record', () => {
  const record = {
    contentId: 'c-1',
    creatorId: 'creator-7',
    title: 'Big Buck Bunny',
    contentType: 'VIDEO',
    residency: 'NG',
  };

  it('needs little, and fills in the rest', () => {
    expect(contentRecord.parse(record)).toEqual({
      ...record,
      description: null,
      categories: [],
      tags: [],
      language: null,
    });
  });

  it.each([
    ['title', ''],
    ['title', ' \t '],
    ['title', 'two\nlines'],
    ['title', 'half \ud83d'],
    ['title', 't'.repeat(301)],
    ['description', 'bell \u0007'],
    ['categories', ['']],
    ['language', 'klingon language'],
    ['contentId', '../etc'],
    ['residency', 'ng'],
    ['titel', 'a misspelt field'],
  ])('is refused with %s %j', (field, value) => {
    expect(contentRecord.safeParse({ ...record, [field]: value }).success).toBe(false);
  });
});
