import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { createDatabase, dropDatabase } from '../../../local/stack/databases';
import { assertMigrated, migrate, pendingMigrations } from '../../../platform/postgres/migrate';
import { createPool, type Pool } from '../../../platform/postgres/pool';
import { testStack } from '../../support/stack';

const name = `migrate_${randomBytes(5).toString('hex')}`;
let pool: Pool;
let dir: string;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'reelway-migrations-'));
  pool = createPool({ url: await createDatabase(testStack().postgres.url, name), poolSize: 4 });
  write('0001_first.sql', 'CREATE TABLE one (id integer); INSERT INTO one VALUES (1);');
});
afterEach(async () => {
  await pool.end();
  await dropDatabase(testStack().postgres.url, name);
  rmSync(dir, { recursive: true });
});

function write(file: string, sql: string): void {
  writeFileSync(join(dir, file), sql);
}
const mismatch = (message: RegExp): unknown =>
  expect.objectContaining({ code: 'MIGRATION_MISMATCH', message: expect.stringMatching(message) });

test('applies what is missing, once', async () => {
  expect(await migrate(pool, dir)).toEqual(['0001_first.sql']);
  write('0002_second.sql', 'CREATE TABLE two (id integer)');
  expect(await pendingMigrations(pool, dir)).toEqual(['0002_second.sql']);
  expect(await migrate(pool, dir)).toEqual(['0002_second.sql']);
  expect(await migrate(pool, dir)).toEqual([]);
});

test('two processes at once: one does it, the other waits and finds it done', async () => {
  const done = await Promise.all([migrate(pool, dir), migrate(pool, dir), migrate(pool, dir)]);
  expect(done.flat()).toEqual(['0001_first.sql']);
  expect((await pool.query('SELECT id FROM one')).rows).toEqual([{ id: 1 }]);
});

test('a migration that fails leaves no trace, and those before it stay', async () => {
  write('0002_second.sql', 'CREATE TABLE two (id integer); SELECT no_such_function();');
  await expect(migrate(pool, dir)).rejects.toEqual(
    mismatch(/0002_second.sql could not be applied: .*no_such_function/),
  );
  expect(await pendingMigrations(pool, dir)).toEqual(['0002_second.sql']);
  const { rows } = await pool.query("SELECT to_regclass('one') AS one, to_regclass('two') AS two");
  expect(rows).toEqual([{ one: 'one', two: null }]);
});

test('a file that was changed after it had been applied is refused', async () => {
  await migrate(pool, dir);
  write('0001_first.sql', 'CREATE TABLE one (id bigint)');
  await expect(migrate(pool, dir)).rejects.toEqual(mismatch(/0001_first.sql was changed/));
});

test('other line ends are no change', async () => {
  write('0001_first.sql', 'CREATE TABLE one\n(id integer)');
  await migrate(pool, dir);
  write('0001_first.sql', 'CREATE TABLE one\r\n(id integer)');
  expect(await migrate(pool, dir)).toEqual([]);
});

test('a database ahead of us is refused', async () => {
  write('0002_newer.sql', 'SELECT 1');
  await migrate(pool, dir);
  rmSync(join(dir, '0002_newer.sql'));
  await expect(migrate(pool, dir)).rejects.toEqual(mismatch(/has 0002_newer.sql/));
});

test('two files of one number are seen', async () => {
  write('0001_other.sql', 'SELECT 1');
  await expect(migrate(pool, dir)).rejects.toEqual(mismatch(/0001_other.sql is not migration number 2/));
});

test('a process that needs the schema says how to get it', async () => {
  const told = expect.objectContaining({ code: 'MIGRATION_MISMATCH', hint: 'Run: reelway migrate' }) as unknown;
  await expect(assertMigrated(pool)).rejects.toEqual(told);
  await migrate(pool);
  await expect(assertMigrated(pool)).resolves.toBeUndefined();
});
