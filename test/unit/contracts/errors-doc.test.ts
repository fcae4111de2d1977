import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRORS, type ErrorCode } from '../../../contracts/model/errors';

interface Section {
  code: string;
  class: string;
  title: string;
  retryable: boolean;
  prose: string;
  hint: string;
}

const SECTION = /^## (?<code>\S+)\n\n\*\*(?<title>.+?)\*\*(?<marks>[^\n]*)\n\n(?<prose>[^]+?)\n\nNext: (?<hint>[^]+)$/;
const GROUP = /^# .*\(class `(\w+)`\)/;

const codes = Object.keys(ERRORS) as ErrorCode[];
const sections = readSections(readFileSync(join(__dirname, '../../../docs/errors.md'), 'utf8'));

function readSections(text: string): Section[] {
  return text.split(/^(?=# )/m).flatMap((group) => {
    const [, inClass = 'none'] = GROUP.exec(group) ?? [];
    return group
      .split(/^(?=## )/m)
      .slice(1)
      .map((part) => readSection(part.trim(), inClass));
  });
}

function readSection(part: string, inClass: string): Section {
  const { code = '', title = '', marks = '', prose = '', hint = '' } = SECTION.exec(part)?.groups ?? {};
  const plain = (text: string): string => text.replaceAll('\n', ' ').replaceAll('\\', '');
  return {
    code,
    class: inClass,
    title: plain(title),
    retryable: marks.includes('Retryable'),
    prose,
    hint: plain(hint),
  };
}

it('docs/errors.md has a section for every code, and no other, each once', () => {
  expect(sections.map(({ code }) => code).sort()).toEqual([...codes].sort());
});

it.each(codes)('the section of %s says what the table says, and why', (code) => {
  const section = sections.find((candidate) => candidate.code === code);
  const { class: inClass, title, hint, retryable } = ERRORS[code];
  expect(section).toMatchObject({ class: inClass, title: title.replaceAll('\\', ''), hint, retryable });
  expect(section?.prose.length).toBeGreaterThan(40);
});
