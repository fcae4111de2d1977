import { createWorld, type World } from '../../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

test('a world has its own migrated database, namespace and topics', async () => {
  const { rows } = await world.pool.query('SELECT count(*) AS contents FROM contents');
  expect(rows).toEqual([{ contents: '0' }]);
  await expect(world.temporal.client.workflow.count()).resolves.toMatchObject({ count: 0 });
  expect(await world.kafka.describeTopics(['media.upload.initiated', 'no.such.topic'])).toMatchObject({
    'media.upload.initiated': { partitions: 3, config: { 'retention.ms': '604800000' } },
    'no.such.topic': null,
  });
});

test('events sent as another service are read back by a new group', async () => {
  const eventId = await world.topics.send('media.upload.initiated', { upload_session_id: 's-1' });
  const [record] = await world.topics.read('media.upload.initiated');
  expect(record).toMatchObject({ key: 's-1', json: { event_id: eventId, source_service: 'upload-service' } });
});
