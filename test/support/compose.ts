import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from '../../local/stack/fetch/once';
import { run } from '../../local/stack/fetch/run';
import { quiet } from '../../local/stack/progress';
import { packageRoot } from '../../platform/package-root';
import { TestFailure } from './test-failure';

const COMPOSE_GO = '2.6.0';
const IMAGE = 'reelway:local';

/** What people set before `docker compose up`. */
export const COMPOSE_VARIABLES = {
  POSTGRES_PASSWORD: 'composepassword',
  KEK_FILE: '/tmp/kek',
  API_TOKENS: `anna admin sha256:${'a1'.repeat(32)}`,
  SERVICE_TOKENS: 'only-for-this-check-0123456789-abcdef',
};

export interface ComposeService {
  image: string;
  command?: string[];
  environment?: Record<string, string>;
  ports?: { host_ip?: string; published: string; target: number }[];
  volumes?: { type: string; source: string; target: string }[];
  secrets?: { source: string; target?: string }[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  restart?: string;
}
export interface ComposeModel {
  services: Record<string, ComposeService>;
  volumes: Record<string, unknown>;
  secrets: Record<string, { file: string }>;
}

export const composeText = (): string => readFileSync(join(packageRoot(), 'docker-compose.yml'), 'utf8');

/** The compose specification's own checker, built with Go at its first use. */
async function composeChecker(): Promise<string> {
  const dir = await once('compose-go', COMPOSE_GO, quiet.step('compose'), (folder) =>
    run({
      file: 'go',
      args: ['install', '-trimpath', `github.com/compose-spec/compose-go/v2/cmd@v${COMPOSE_GO}`],
      env: { GOBIN: folder, GOFLAGS: `${process.env['GOFLAGS'] ?? ''} -modcacherw`.trim() },
    }),
  );
  return join(dir, 'cmd');
}

/** The file as compose understands it, with anchors and variables resolved. Throws where the specification is broken. */
export async function composeModel(text: string = composeText()): Promise<ComposeModel> {
  const checker = await composeChecker();
  const folder = mkdtempSync(join(tmpdir(), 'reelway-compose-'));
  try {
    writeFileSync(join(folder, 'docker-compose.yml'), interpolate(text, COMPOSE_VARIABLES));
    const json = execFileSync(checker, ['-format', 'json', 'docker-compose.yml'], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return JSON.parse(json) as ComposeModel;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Our own services: those that run our image. */
export async function ourServices(): Promise<Record<string, ComposeService>> {
  const { services } = await composeModel();
  return Object.fromEntries(Object.entries(services).filter(([, { image }]) => image === IMAGE));
}

/** The command and environment of each of our services, as docker would start it. */
export async function composeServices(): Promise<
  Record<string, { command: string[]; environment: Record<string, string> }>
> {
  const ours = Object.entries(await ourServices());
  return Object.fromEntries(ours.map(([name, { command = [], environment = {} }]) => [name, { command, environment }]));
}

/** `${X:?…}` and `${X:-…}`, which this command of the checker does not fill in from the environment. */
function interpolate(text: string, variables: Record<string, string>): string {
  return text.replace(/\$\{(\w+):([?-])([^}]*)\}/g, (_match, name: string, kind: string, rest: string) => {
    const value = variables[name] ?? (kind === '-' ? rest : undefined);
    if (value === undefined) throw new TestFailure(`docker-compose.yml wants ${name}: ${rest}`);
    return value;
  });
}
