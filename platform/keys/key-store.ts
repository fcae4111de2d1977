import { randomBytes, randomUUID } from 'node:crypto';
import { ReelwayError } from '../../contracts/model/errors';
import type { ContentKey, KeyStore } from '../../contracts/model/ports';
import type { Pool } from '../postgres/pool';
import { readKek, type Kek } from './kek';

const KEY_BYTES = 16;

interface KeyRow {
  cekId: string;
  contentId: string;
  kekId: string;
  wrapped: Buffer;
}
const COLUMNS = `cek_id AS "cekId", content_id AS "contentId", kek_id AS "kekId", wrapped`;

/** Content keys in Postgres, wrapped by the key of `config.kekFile`. Throws CONFIG_INVALID where that file is not right. */
export async function openKeyStore(pool: Pool, config: { kekFile: string }): Promise<KeyStore> {
  return createKeyStore(pool, await readKek(config.kekFile));
}

export function createKeyStore(pool: Pool, kek: Kek): KeyStore {
  return {
    contentKey: async (wanted) => open(kek, (await find(pool, wanted)) ?? (await make(pool, kek, wanted))),
    unwrap: async (cekId) => open(kek, await findById(pool, cekId)),
  };
}

type Wanted = Parameters<KeyStore['contentKey']>[0];

async function find(pool: Pool, { contentId, packageSet }: Wanted): Promise<KeyRow | undefined> {
  const found = await pool.query<KeyRow>(
    `SELECT ${COLUMNS} FROM content_keys WHERE content_id = $1 AND package_set = $2`,
    [contentId, packageSet],
  );
  return found.rows[0];
}

async function findById(pool: Pool, cekId: string): Promise<KeyRow> {
  const found = await pool.query<KeyRow>(`SELECT ${COLUMNS} FROM content_keys WHERE cek_id = $1`, [cekId]);
  const row = found.rows[0];
  if (!row) throw new ReelwayError('NOT_FOUND', `There is no content key ${cekId}.`);
  return row;
}

/** Two at once make one: the second insert waits for the first and then finds its row. */
async function make(pool: Pool, kek: Kek, wanted: Wanted): Promise<KeyRow> {
  const cekId = randomUUID();
  const wrapped = kek.wrap(randomBytes(KEY_BYTES), contextOf(cekId, wanted.contentId));
  await pool.query(
    `INSERT INTO content_keys (cek_id, content_id, package_set, kek_id, wrapped) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (content_id, package_set) DO NOTHING`,
    [cekId, wanted.contentId, wanted.packageSet, kek.id, wrapped],
  );
  const row = await find(pool, wanted);
  if (!row) throw new ReelwayError('KEY_UNAVAILABLE', 'The content key was removed while it was made.');
  return row;
}

function open(kek: Kek, { cekId, contentId, kekId, wrapped }: KeyRow): ContentKey {
  if (kekId !== kek.id) {
    throw new ReelwayError(
      'KEY_UNAVAILABLE',
      `Key ${cekId} is wrapped by key-encryption key ${kekId}; ours is ${kek.id}.`,
    );
  }
  return new OpenKey(cekId, kek.unwrap(wrapped, contextOf(cekId, contentId)));
}

const contextOf = (cekId: string, contentId: string): string => `${cekId}|${contentId}`;

/** The key itself is a getter on a private field: JSON, spreads, loggers and inspect do not see it. */
class OpenKey implements ContentKey {
  /** What players and licence servers call it: the cek_id without dashes. */
  readonly keyId: string;
  readonly #key: Buffer;

  constructor(
    readonly cekId: string,
    key: Buffer,
  ) {
    this.keyId = cekId.replaceAll('-', '');
    this.#key = key;
  }

  get key(): string {
    return this.#key.toString('hex');
  }
}
