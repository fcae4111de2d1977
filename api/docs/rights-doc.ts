import { LADDER, type Right } from '../../contracts/model/rights';
import { operationEntries, type AnyOperation } from '../../operations/admin';

/** docs/rights.md: who may do what, made from the table of operations. */
export function rightsDoc(): string {
  return [
    '# Rights',
    '',
    '<!-- Generated from operations/admin/ (npm run generate). -->',
    '',
    'What each right may do through the admin API. A viewer reads, an operator repairs, an admin also does what cannot be',
    'undone or shows what is secret-class: bytes, keys and headers of dead letters, object keys of media.',
    '`moderation-skip` stands beside the ladder: a token has it only where its line names it, that of an admin too.',
    '',
    `| operation | route | ${LADDER.join(' | ')} |`,
    `| --- | --- | ${LADDER.map(() => ':-:').join(' | ')} |`,
    ...operationEntries().map(([name, entry]) => row(name, entry)),
    '',
  ].join('\n');
}

const row = (name: string, entry: AnyOperation): string =>
  `| \`${name}\` | \`${entry.method} ${entry.path}\` | ${LADDER.map((right) => cell(entry, right)).join(' | ')} |`;

function cell(entry: AnyOperation, right: Right): string {
  if (!includes(right, entry.right)) return '-';
  if (!entry.more || includes(right, entry.more.right)) return 'yes';
  return isRung(entry.more.right)
    ? `yes, but not ${entry.more.when}`
    : `yes; ${entry.more.when} with ${entry.more.right}`;
}

const isRung = (right: Right): boolean => (LADDER as readonly Right[]).includes(right);
const includes = (held: Right, wanted: Right): boolean =>
  isRung(wanted) && (LADDER as readonly Right[]).indexOf(held) >= (LADDER as readonly Right[]).indexOf(wanted);
