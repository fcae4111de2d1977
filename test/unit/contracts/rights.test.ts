import { ALL_RIGHTS, hasRight, LADDER, RIGHTS, type Right } from '../../../contracts/model/rights';

describe('rights', () => {
  it.each<[held: Right, reaches: Right[]]>([
    ['viewer', ['viewer']],
    ['operator', ['viewer', 'operator']],
    ['admin', ['viewer', 'operator', 'admin']],
    ['moderation-skip', ['moderation-skip']],
  ])('%s reaches %j and nothing else', (held, reaches) => {
    expect(RIGHTS.filter((wanted) => hasRight([held], wanted))).toEqual(reaches);
  });

  it('add up, and nobody has one without holding it', () => {
    expect(hasRight(['operator', 'moderation-skip'], 'moderation-skip')).toBe(true);
    expect(hasRight(['admin'], 'moderation-skip')).toBe(false);
    expect(RIGHTS.filter((wanted) => hasRight([], wanted))).toEqual([]);
  });

  it('are all there for whoever works beside the servers', () => {
    expect(RIGHTS.filter((wanted) => !hasRight(ALL_RIGHTS, wanted))).toEqual([]);
    expect(RIGHTS).toEqual(expect.arrayContaining([...LADDER]));
  });
});
