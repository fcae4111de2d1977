import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Right } from '../../../contracts/model/rights';
import type { Logger } from '../../../platform/log';
import { digestOf, isStrong, newToken, tokenLine } from '../../../platform/tokens/token';
import { openTokenBook, type TokenBook } from '../../../platform/tokens/token-book';
import { isActor, readTokenLines } from '../../../platform/tokens/token-lines';
import { eventually } from '../../support/eventually';

const DIGEST = 'a1'.repeat(32);

describe('a token', () => {
  it('is new each time, strong, and known by its prefix', () => {
    const tokens = Array.from({ length: 100 }, newToken);
    expect(new Set(tokens).size).toBe(100);
    expect(tokens.filter((token) => !isStrong(token) || !token.startsWith('rw_'))).toEqual([]);
  });

  it.each([
    ['empty', ''],
    ['a word', 'hunter2'],
    ['of 31 characters', newToken().slice(0, 31)],
    ['one character many times', 'a'.repeat(64)],
    ['with a space', `${newToken()} ${newToken()}`],
    ['with characters of other scripts', `${newToken()}é`],
    ['endless', newToken().repeat(20)],
  ])('that is %s is no strong one', (_what, token) => {
    expect(isStrong(token)).toBe(false);
  });
});

describe('lines of tokens', () => {
  it('may have remarks, empty lines and several tokens of one actor', () => {
    const [one, two] = [newToken(), newToken()];
    const text = `# people\n\n${tokenLine('anna', ['operator', 'moderation-skip'], one)}\r\n${tokenLine('anna', ['viewer'], two)}\n`;
    expect(readTokenLines(text)).toEqual({
      rows: [
        { actor: 'anna', rights: ['operator', 'moderation-skip'], digest: digestOf(one) },
        { actor: 'anna', rights: ['viewer'], digest: digestOf(two) },
      ],
      problems: [],
    });
  });

  it.each([
    ['nothing', '', 'there is no token'],
    ['remarks alone', '# none\n', 'there is no token'],
    ['a token itself', newToken(), 'is not ACTOR RIGHT'],
    ['a token in place of its digest', `anna admin ${newToken()}`, 'has no digest'],
    ['a short digest', 'anna admin sha256:abcd', 'has no digest'],
    ['the digest of nothing', `anna admin sha256:${digestOf('').toString('hex')}`, 'empty token'],
    ['the digest of an empty line', `anna admin sha256:${digestOf('\n').toString('hex')}`, 'empty token'],
    ['a right that is none', `anna root sha256:${DIGEST}`, 'must have one of'],
    ['two rungs', `anna viewer,admin sha256:${DIGEST}`, 'must have one of'],
    ['no rung', `anna moderation-skip sha256:${DIGEST}`, 'must have one of'],
    ['__proto__ for a right', `anna __proto__ sha256:${DIGEST}`, 'must have one of'],
    ['the name of a local user', `local:anna admin sha256:${DIGEST}`, 'names an actor'],
    ['the name of the checks', `auto admin sha256:${DIGEST}`, 'names an actor'],
    ['a name with an escape', `an\u001b[31mna admin sha256:${DIGEST}`, 'names an actor'],
    ['more than there is', `anna admin sha256:${DIGEST} today`, 'is not ACTOR RIGHT'],
    ['a digest twice', `anna admin sha256:${DIGEST};ben viewer sha256:${DIGEST}`, 'stands there twice'],
  ])('with %s are refused, and what they hold is not repeated', (_what, text, problem) => {
    const { problems } = readTokenLines(text);
    expect(problems.join()).toContain(problem);
    expect(problems.join()).not.toMatch(/rw_|\u001b|a1a1/);
  });

  it('have names of people and programs', () => {
    expect(['anna', 'anna@example.com', 'deploy-bot_2', '7of9'].filter((name) => !isActor(name))).toEqual([]);
    expect(['', '-anna', 'an na', 'Auto', 'temporal', 'a'.repeat(101)].filter(isActor)).toEqual([]);
  });
});

describe('the book of tokens', () => {
  let folder: string;
  let file: string;
  let said: string[];
  let book: TokenBook | undefined;
  const log = {
    error: ({ problem }: { problem: string }) => said.push(problem),
    info: () => undefined,
  } as unknown as Logger;
  const line = (token: string, actor = 'anna', right: Right = 'operator'): string => tokenLine(actor, [right], token);
  const write = (...lines: string[]): void => {
    writeFileSync(`${file}.new`, lines.join('\n'), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'reelway-tokens-'));
    file = join(folder, 'tokens');
    said = [];
  });
  afterEach(() => {
    book?.close();
    rmSync(folder, { recursive: true });
  });

  it('knows whose token it is by the whole token only', () => {
    const [old, fresh] = [newToken(), newToken()];
    write(line(old), line(fresh), line(newToken(), 'ben'));
    book = openTokenBook({ file }, log);
    expect(book.find(old)).toMatchObject({ actor: 'anna', rights: ['operator'] });
    expect(book.find(fresh)).toMatchObject({ actor: 'anna' });
    expect(book.find(old)?.tokenId).not.toBe(book.find(fresh)?.tokenId);
    const wrong = [old.slice(0, -1), `${old}x`, old.toUpperCase(), digestOf(old).toString('hex'), newToken(), ''];
    expect(wrong.map((token) => book?.find(token))).toEqual(wrong.map(() => null));
  });

  it('opens nothing with a weak token, whatever digest was filed', () => {
    const weak = 'a'.repeat(40);
    book = openTokenBook({ lines: `${line(weak)};${line(newToken())}` }, log);
    expect(book.find(weak)).toBeNull();
  });

  it('reads a file again that changed: a new token opens, one that was taken out does not', async () => {
    const [old, fresh] = [newToken(), newToken()];
    write(line(old));
    book = openTokenBook({ file }, log);
    write(line(old), line(fresh));
    await eventually('the new one opens', () => book?.find(fresh) ?? null);
    expect(book.find(old)).not.toBeNull();
    write(line(fresh));
    await eventually('the old one does not', () => book?.find(old) === null);
    expect(said).toEqual([]);
  });

  it.each<[string, (file: string) => void]>([
    ['broken', (path) => writeFileSync(path, 'anna admin what?')],
    ['empty', (path) => writeFileSync(path, '')],
    ['gone', (path) => rmSync(path)],
    ['readable by everybody', (path) => chmodSync(path, 0o644)],
  ])('keeps the last good tokens of a file that is %s, and says so until it is mended', async (_what, harm) => {
    const token = newToken();
    write(line(token));
    book = openTokenBook({ file }, log);
    expect(book.trouble()).toBeNull();
    harm(file);
    await eventually('it is told', () => book?.trouble() ?? null);
    expect(book.find(token)).not.toBeNull();
    expect(said.join()).toContain('stay in use');
    write(line(token));
    await eventually('it is mended', () => book?.trouble() === null);
  });

  const makePublic = (path: string): void => {
    writeFileSync(path, line(newToken()));
    chmodSync(path, 0o602);
  };
  it.each<[string, (path: string) => void]>([
    ['that is not there', () => undefined],
    ['that is empty', (path) => writeFileSync(path, '', { mode: 0o600 })],
    ['with a token in place of its digest', (path) => writeFileSync(path, `anna admin ${newToken()}`, { mode: 0o600 })],
    ['that everybody can read', (path) => writeFileSync(path, line(newToken()), { mode: 0o604 })],
    ['that everybody can write', makePublic],
  ])('is not opened on a file %s', (_what, make) => {
    make(file);
    expect(() => openTokenBook({ file }, log)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }) as Error);
  });
});
