import { harshestWord } from '../../../activities/checks/word-list';

describe('the word list', () => {
  test.each([
    ...['A walk in the park', 'Scunthorpe United', 'The assassin’s class', 'Cocktails and cockpits', ''],
    ...['Sex education, lesson 1', 'Vaginal health: a talk', 'Shiitake soup', 'Big Buck Bunny'],
    ...[
      'Ọmọ Yorùbá',
      '東京の夜',
      'Naïve café',
      'Analysis of an analogy',
      'Dickens: a life',
      'Moby Dick',
      'Dick Van Dyke',
    ],
  ])('finds nothing in %j', (text) => {
    expect(harshestWord(text)).toBeLessThanOrEqual(0.75);
  });

  test.each(['you bitch', 'FUUUCK this', 'sh1t happens', 'what a whore', 'ｆｕｃｋ you'])(
    'flags %j for review',
    (text) => {
      expect(harshestWord(text)).toBe(0.9);
    },
  );

  test.each(['dirty nigger', 'N1GGER', 'you faggot', 'kike go home', 'a bitch and a retard'])(
    'escalates %j',
    (text) => {
      expect(harshestWord(text)).toBe(0.97);
    },
  );
});
