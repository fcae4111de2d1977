import { chmodSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { canReach, dataHome } from '../../local/stack/servers/postgres-place';
import { removeTempDirs, tempDir } from './temp-dir';

afterAll(removeTempDirs);

const STRANGER = { uid: 64_999, gid: 64_999 };

/** A folder that another user can enter, below one that only its owner can: a clone in the home of root. */
function closedHome(): string {
  const home = tempDir();
  const inside = join(home, 'project');
  mkdirSync(inside);
  chmodSync(home, 0o700);
  return inside;
}

test('Postgres keeps its data in the data directory where its user can reach it', () => {
  const open = tempDir();
  chmodSync(open, 0o755);
  expect(dataHome(STRANGER, open)).toBe(open);
  expect(dataHome(undefined, closedHome())).toMatch(/project$/);
});

test('below a home that is closed the data goes where its user can reach it, each time to the same place', () => {
  const inside = closedHome();
  const place = dataHome(STRANGER, inside);
  try {
    expect(canReach(STRANGER, inside)).toBe(false);
    expect(canReach(STRANGER, place)).toBe(true);
    expect(statSync(place).mode & 0o022).toBe(0);
    expect(dataHome(STRANGER, inside)).toBe(place);
    expect(existsSync(place)).toBe(true);
  } finally {
    rmSync(place, { recursive: true });
  }
});

test('data that somebody removed from there is made anew', () => {
  const inside = closedHome();
  const first = dataHome(STRANGER, inside);
  rmSync(first, { recursive: true });
  const second = dataHome(STRANGER, inside);
  rmSync(second, { recursive: true });
  expect(second).not.toBe(first);
});
