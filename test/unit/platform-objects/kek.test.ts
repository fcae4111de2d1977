import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { Kek, readKek } from '../../../platform/keys/kek';

const secret = Buffer.from('00112233445566778899aabbccddeeff', 'hex');

describe('a key-encryption key', () => {
  const kek = new Kek(randomBytes(32));

  test('opens what it wrapped, and wraps the same differently each time', () => {
    const [one, two] = [kek.wrap(secret, 'ctx'), kek.wrap(secret, 'ctx')];
    expect(one.equals(two)).toBe(false);
    expect(kek.unwrap(one, 'ctx')).toEqual(secret);
    expect(one.includes(secret)).toBe(false);
  });

  test('opens nothing of another key, another context or with another byte', () => {
    const wrapped = kek.wrap(secret, 'ctx');
    const refused = expect.objectContaining({ code: 'KEY_UNAVAILABLE' }) as unknown;
    expect(() => new Kek(randomBytes(32)).unwrap(wrapped, 'ctx')).toThrow(refused as Error);
    expect(() => kek.unwrap(wrapped, 'ctx2')).toThrow(refused as Error);
    fc.assert(
      fc.property(fc.nat(wrapped.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const broken = Buffer.from(wrapped);
        broken[at] = (broken[at] ?? 0) ^ change;
        expect(() => kek.unwrap(broken, 'ctx')).toThrow(refused as Error);
        expect(() => kek.unwrap(wrapped.subarray(0, at), 'ctx')).toThrow(refused as Error);
      }),
    );
  });

  test('is named by a part of its hash and shows nothing of itself', () => {
    const bytes = randomBytes(32);
    const shown = inspect(new Kek(bytes), { depth: null, showHidden: true }) + JSON.stringify(new Kek(bytes));
    expect(new Kek(bytes).id).toMatch(/^[0-9a-f]{8}$/);
    expect(shown).not.toContain(bytes.toString('hex'));
    expect(shown).not.toContain(bytes.toString('base64'));
  });
});

describe('the file of a key-encryption key', () => {
  let dir: string;
  beforeAll(async () => (dir = await mkdtemp(join(tmpdir(), 'reelway-kek-'))));
  afterAll(() => rm(dir, { recursive: true, force: true }));

  const written = async (text: string): Promise<string> => {
    await writeFile(join(dir, 'kek'), text);
    return join(dir, 'kek');
  };

  test('is 32 bytes in base64, with or without a line end', async () => {
    const bytes = randomBytes(32);
    const one = await readKek(await written(bytes.toString('base64')));
    const two = await readKek(await written(`${bytes.toString('base64')}\n`));
    expect([one.id, two.id]).toEqual([new Kek(bytes).id, new Kek(bytes).id]);
  });

  test.each([
    ['empty', ''],
    ['too short', randomBytes(16).toString('base64')],
    ['too long', randomBytes(48).toString('base64')],
    ['hex', randomBytes(32).toString('hex')],
  ])('%s is refused without a word of what it holds', async (_what, text) => {
    const error: unknown = await readKek(await written(text)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    if (text !== '') expect(inspect(error)).not.toContain(text);
  });

  test('that is not there is named', async () => {
    await expect(readKek(join(dir, 'none'))).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
