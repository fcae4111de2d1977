import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReelwayError } from '../../contracts/model/errors';
import { once, toolDir } from '../../local/stack/fetch/once';
import { TOOLS } from '../../local/stack/places';
import { quiet } from '../../local/stack/progress';

const NAME = `test-tool-${String(process.pid)}`;
const step = quiet.step('test');

afterEach(() => rmSync(toolDir(NAME, '1'), { recursive: true, force: true }));

test('two starts side by side fetch a tool once', async () => {
  let made = 0;
  const make = (folder: string): Promise<void> => {
    made++;
    writeFileSync(join(folder, 'tool'), '');
    return Promise.resolve();
  };
  const [first, second] = await Promise.all([once(NAME, '1', step, make), once(NAME, '1', step, make)]);
  expect(made).toBe(1);
  expect(first).toBe(second);
  expect(existsSync(join(first, 'tool'))).toBe(true);
});

test('a fetch that fails leaves nothing that looks complete, and can be tried again', async () => {
  const fail = (folder: string): Promise<void> => {
    writeFileSync(join(folder, 'half'), '');
    return Promise.reject(new ReelwayError('STACK_FAILED'));
  };
  await expect(once(NAME, '1', step, fail)).rejects.toMatchObject({ code: 'STACK_FAILED' });
  expect(readdirSync(TOOLS).filter((each) => each.includes(NAME))).toEqual([]);
  await expect(once(NAME, '1', step, () => Promise.resolve())).resolves.toBe(toolDir(NAME, '1'));
});
