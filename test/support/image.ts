import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { packageRoot } from '../../platform/package-root';

/** The folders of the image, laid out in a folder of the test as the Dockerfile says. */
export interface Image {
  /** The image's WORKDIR. */
  app: string;
  /** The image's PATH. */
  path: string;
}

/**
 * Does what the last stage of the Dockerfile does: copies what it copies and nothing else, so that no file of the
 * project (above all .local/stack.json) helps out. Of node_modules only what `npm prune --omit=dev` leaves is linked.
 */
export function layOutImage(root: string, tools: string[]): Image {
  const dockerfile = readFileSync(join(packageRoot(), 'Dockerfile'), 'utf8');
  const app = join(root, 'app');
  const bin = join(root, 'bin');
  for (const [, from = '', to = ''] of dockerfile.matchAll(/^COPY --from=build \/app\/(\S+) (\S+)$/gm)) {
    const target = join(app, to === './' ? basename(from) : to);
    if (from === 'node_modules') linkProductionModules(target);
    else cpSync(join(packageRoot(), from), target, { recursive: true });
  }
  const removed = /rm -rf (dist.*)$/m.exec(dockerfile)?.[1] ?? '';
  for (const folder of removed.split(' ')) rmSync(join(app, folder), { recursive: true, force: true });

  mkdirSync(bin);
  for (const tool of tools) symlinkSync(tool, join(bin, basename(tool)));
  symlinkSync(join(app, 'bin', 'reelway.js'), join(bin, 'reelway'));
  return { app, path: [bin, dirname(process.execPath), '/usr/bin', '/bin'].join(':') };
}

function linkProductionModules(target: string): void {
  const lock = JSON.parse(readFileSync(join(packageRoot(), 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; optional?: boolean; devOptional?: boolean }>;
  };
  for (const [path, { dev, optional, devOptional }] of Object.entries(lock.packages)) {
    const [, name, deeper] = path.split('node_modules/');
    // Optional ones are for other platforms or do without; none of ours is.
    if (name === undefined || deeper !== undefined || dev || optional || devOptional) continue;
    mkdirSync(dirname(join(target, name)), { recursive: true });
    symlinkSync(join(packageRoot(), path), join(target, name));
  }
}
