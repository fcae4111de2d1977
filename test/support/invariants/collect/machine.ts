import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openKeyStore } from '../../../../platform/keys/key-store';
import { livingProcesses } from '../../processes';
import { pathsBelow, toolsAtWork } from '../../traces';
import type { World } from '../../world';
import type { Facts, Secret } from '../types';

/** Files, logs and processes of a world. */
export function collectMachine(world: World): Pick<Facts, 'objects' | 'temp' | 'logs' | 'processes'> {
  const tools = new Set(toolsAtWork(world));
  return {
    objects: pathsBelow(world.dirs.objects),
    temp: pathsBelow(world.dirs.temp),
    logs: readdirSync(world.dirs.logs).map((name) => ({
      name,
      text: readFileSync(join(world.dirs.logs, name), 'utf8'),
    })),
    processes: livingProcesses(world.name).map((one) => ({ ...one, isTool: tools.has(one.command) })),
  };
}

/** Names of variables whose value nobody may see. */
const SECRET_VARIABLE = /TOKEN|SECRET|PASSWORD/;

/** The content keys of the world in the clear, the key that wraps them, and secrets of its environment. */
export async function collectSecrets(world: World): Promise<Secret[]> {
  const { kekFile } = world.config.keys;
  const keys = await openKeyStore(world.pool, { kekFile });
  const rows = await world.pool.query<{ id: string }>('SELECT cek_id AS id FROM content_keys');
  const content = rows.rows.map(async ({ id }) => ({
    name: `content key ${id}`,
    forms: formsOf(Buffer.from((await keys.unwrap(id)).key, 'hex')),
  }));
  const named = Object.entries(world.env).filter(([name, value]) => SECRET_VARIABLE.test(name) && value !== '');
  return [
    ...(await Promise.all(content)),
    { name: 'the key-encryption key', forms: formsOf(Buffer.from(readFileSync(kekFile, 'utf8'), 'base64')) },
    ...named.map(([name, value]) => ({ name, forms: [value] })),
  ];
}

function formsOf(key: Buffer): string[] {
  const hex = key.toString('hex');
  // Without padding it is found in either form.
  const base64 = key.toString('base64').replace(/=+$/, '');
  return [hex, hex.toUpperCase(), base64, key.toString('base64url')];
}
