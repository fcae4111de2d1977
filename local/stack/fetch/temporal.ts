import { copyFileSync, chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Step } from '../progress';
import { missingTools, toolMissing } from '../tools/build-tools';
import { usableOnPath } from '../tools/find';
import { LOWEST, VERSIONS } from '../versions';
import { once, toolDir } from './once';
import { run } from './run';

/** The SDK's own download comes from outside the package registries; without an answer in this time it will not come. */
const DOWNLOAD_MS = 20_000;

export const temporalDir = toolDir('temporal', VERSIONS.temporalCli);

export const temporalOnPath = (): Promise<string | undefined> =>
  usableOnPath('temporal', ['--version'], 'Server ', LOWEST.temporalServer);

/** The path of the Temporal CLI, which holds the server and its UI. */
export async function fetchTemporal(step: Step): Promise<string> {
  const dir = await once('temporal', VERSIONS.temporalCli, step, async (folder) => {
    if ((await missingTools(['go'])).length === 0) await build(folder, step);
    else await download(folder, step);
  });
  return join(dir, 'temporal');
}

async function build(folder: string, step: Step): Promise<void> {
  let packages = 0;
  step.say('builds the server with Go (cold: 2 to 4 minutes)');
  await run({
    file: 'go',
    args: [
      ...['install', '-v', '-trimpath', '-ldflags', '-s -w'],
      `github.com/temporalio/cli/cmd/temporal@v${VERSIONS.temporalCli}`,
    ],
    // modcacherw: people can delete what Go fetched without chmod
    env: { GOBIN: folder, GOFLAGS: `${process.env['GOFLAGS'] ?? ''} -modcacherw`.trim() },
    onLine: (line) => {
      if (line.startsWith('go: downloading')) step.say('fetches Go modules');
      else step.say(`builds the server with Go, ${String(++packages)} packages`);
    },
  });
}

/** Without Go: the SDK can download the CLI where its site is reachable. It starts it, too; we keep the file. */
async function download(folder: string, step: Step): Promise<void> {
  step.say('has no Go; tries the download of the Temporal SDK');
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const version = `v${VERSIONS.temporalCli}`;
  const started = TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir: folder, version } },
  });
  try {
    const environment = await within(DOWNLOAD_MS, started);
    await environment.teardown();
  } catch (cause) {
    throw toolMissing(['go'], cause);
  }
  const file = readdirSync(folder).find((name) => name.startsWith('temporal'));
  if (file === undefined) throw toolMissing(['go']);
  copyFileSync(join(folder, file), join(folder, 'temporal'));
  chmodSync(join(folder, 'temporal'), 0o755);
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(toolMissing(['go'])), ms);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
