import { ReelwayError } from '../../contracts/model/errors';

/** "720p", "a128". Throws INPUT_INVALID. */
export function checkLabel(label: string): void {
  if (/^(a\d{1,5}|\d{1,5}p)$/.test(label)) return;
  throw new ReelwayError('INPUT_INVALID', 'A rendition is named as content show does: 720p, a128.');
}
