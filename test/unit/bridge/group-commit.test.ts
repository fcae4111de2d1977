import { createGroupCommit } from '../../../bridge/projector/group-commit';
import { createGate } from '../../support/gate';

test('what waits while a commit is under way shares the next one, and hears of it', async () => {
  const commits: number[][] = [];
  const first = createGate();
  const group = createGroupCommit<number>(async (items) => {
    commits.push(items);
    if (commits.length === 1) await first.opened;
  }, 10);
  const all = [group.add([1, 2]), group.add([3])];
  await new Promise((resolve) => setImmediate(resolve));
  all.push(group.add([4, 5, 6, 7, 8]), group.add([9, 10, 11, 12, 13]), group.add([14]));
  first.open();
  await Promise.all(all);
  expect(commits).toEqual([[1, 2, 3], [4, 5, 6, 7, 8, 9, 10, 11, 12, 13], [14]]);
});

test('a group that fails fails for all who are in it, and the next one goes on', async () => {
  let fails = true;
  const group = createGroupCommit<number>(
    () => (fails ? Promise.reject(new TypeError('away')) : Promise.resolve()),
    10,
  );
  const ends = await Promise.allSettled([group.add([1]), group.add([2])]);
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  fails = false;
  await group.add([1]);
});
