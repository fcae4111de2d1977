import type { ContentSummary } from '../../operations/views';
import { statusColour } from './status';
import { printable, shortened, table, type Style } from './text';
import { ago } from './time';

const MAX_TITLE = 32;

/** A row per content; the star stands for attention. */
export function renderList(contents: readonly ContentSummary[], now: number, style: Style): string[] {
  const heads = ['CONTENT', 'STATUS', 'STAGE', 'CODE', 'VISIBILITY', 'SINCE', 'TYPE', 'RESIDENCY', 'TITLE'];
  const rows = contents.map((content) => [
    `${printable(content.contentId)}${content.attention ? style.red(' *') : ''}`,
    statusColour(content.status, style)(content.status),
    content.stage ?? '-',
    `${content.failureCode ?? '-'}${content.held && content.failureCode !== 'HELD' ? ' held' : ''}`,
    content.visibility,
    ago(content.since, now),
    content.contentType ?? '-',
    content.residency ?? '-',
    shortened(printable(content.title ?? '-'), MAX_TITLE),
  ]);
  return table(heads, rows);
}
