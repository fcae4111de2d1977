import { englishDataset, englishRecommendedTransformers, RegExpMatcher } from 'obscenity';
import type { EnglishProfaneWord } from 'obscenity';

/** Insults to what people are: a reviewer looks at once (ESCALATED from 0.95 on). */
const SLURS: ReadonlySet<EnglishProfaneWord> = new Set<EnglishProfaneWord>([
  ...(['abeed', 'abo', 'africoon', 'arabush', 'boonga', 'chingchong', 'chink', 'dyke', 'fag', 'kike'] as const),
  ...(['negro', 'nigger', 'retard', 'spastic', 'tranny'] as const),
]);

/** Words that a lesson, a report or a song has as well: they alone are no reason to hold a title. */
const NEUTRAL: ReadonlySet<EnglishProfaneWord> = new Set<EnglishProfaneWord>([
  ...(['anal', 'anus', 'bestiality', 'ejaculate', 'fisting', 'hooker', 'incest', 'masturbate', 'orgasm'] as const),
  ...(['penis', 'prick', 'rape', 'scat', 'semen', 'sex', 'vagina'] as const),
]);

const SLUR = 0.97;
const ABUSE = 0.9;
const NOTHING = 0;

/** Names and phrases that the list itself does not know to be harmless; lower case. */
const HARMLESS = [
  ...[
    'booby trap',
    'chink in',
    'chinks in',
    'cockpit',
    'cum laude',
    'dick van',
    'dickinson',
    'fagin',
    'moby dick',
    'pissarro',
  ],
  ...['pussycat', 'retardant', 'shiitake', 'tit for tat', 'van dyke', 'wankel'],
];

const words = englishDataset.build();
const matcher = new RegExpMatcher({
  ...words,
  ...englishRecommendedTransformers,
  whitelistedTerms: [...(words.whitelistedTerms ?? []), ...HARMLESS],
});

/**
 * How sure the list is that a text abuses somebody, 0 to 1, by its harshest word. The list knows look-alike letters
 * and doubled ones, and words that only contain another ("Scunthorpe").
 */
export function harshestWord(text: string): number {
  // NFKC first: full-width and mathematical letters are the plain ones there.
  const found = matcher
    .getAllMatches(text.normalize('NFKC'))
    .map((match) => englishDataset.getPayloadWithPhraseMetadata(match).phraseMetadata?.originalWord);
  return Math.max(NOTHING, ...found.map(confidenceOf));
}

function confidenceOf(word: EnglishProfaneWord | undefined): number {
  if (word === undefined) return ABUSE;
  if (SLURS.has(word)) return SLUR;
  return NEUTRAL.has(word) ? NOTHING : ABUSE;
}
