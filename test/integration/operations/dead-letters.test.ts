import { deadLetters } from '../../../operations/dead-letters';
import { createWorld, type World } from '../../support/world';

const COUNT = 120;

jest.setTimeout(60_000);

let world: World;
beforeAll(async () => {
  world = await createWorld({ uses: ['postgres'] });
  await world.pool.query(
    `INSERT INTO dead_letters (consumer, topic, partition, kafka_offset, code, reason)
     SELECT 'bridge', 'media.transcoded', 0, n, 'NOT_JSON', 'no JSON' FROM generate_series(1, $1) n ORDER BY n`,
    [COUNT],
  );
});
afterAll(() => world.close());

test('are listed newest first, whatever the number of digits of their ids', async () => {
  const all = (await deadLetters(world, { limit: 1_000 })).map((letter) => Number(letter.offset));
  expect(all).toEqual(Array.from({ length: COUNT }, (_, index) => COUNT - index));
  const page = (await deadLetters(world)).map((letter) => Number(letter.offset));
  expect(page).toEqual(all.slice(0, 50));
});
