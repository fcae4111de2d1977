import { checkContentId, checkReason } from '../../../operations/input';

test.each(['', '.a', 'a b', 'ä', 'a/b', 'x'.repeat(129), 'a\n'])('%j is nobody’s content id', (id) => {
  expect(() => checkContentId(id)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
});

test.each(['a', '0:._-Z', 'x'.repeat(128)])('%j is a content id', (id) => {
  expect(checkContentId(id)).toBe(id);
});

test.each([
  [undefined, 'REASON_MISSING'],
  [' \n ', 'REASON_MISSING'],
  ['nul \u0000', 'INPUT_INVALID'],
  ['half \udc00', 'INPUT_INVALID'],
  ['x'.repeat(1_000_000), 'INPUT_INVALID'],
])('a reason that cannot be kept is refused: %.20j', (reason, code) => {
  expect(() => checkReason(reason)).toThrow(expect.objectContaining({ code }));
});

test('a reason is kept as it was said, without blanks around it', () => {
  expect(checkReason(' "quoted"\nand \u001b[31mred ')).toBe('"quoted"\nand \u001b[31mred');
});
