import { execFile } from 'node:child_process';
import { mkdir, statfs } from 'node:fs/promises';
import { promisify } from 'node:util';
import { ReelwayError } from '../contracts/model/errors';
import { messageOf, toReelwayError } from '../platform/errors';
import { readKek } from '../platform/keys/kek';
import { assertMigrated } from '../platform/postgres/migrate';
import { verifySearchAttributes } from '../platform/temporal/search-attributes';
import type { OperationsDeps } from './deps';
import { checkTopics } from './topics';
import { within } from './within';

/** One thing looked at. ms: how long the look took. next: what to do, null where all is well. */
export interface DoctorCheck {
  name: string;
  ok: boolean;
  ms: number;
  detail: string;
  next: string | null;
}

/** A look that found something to say. */
type Look = () => Promise<string>;

/** All checks run side by side; each has this long, so that the whole answers within 10 s. */
const CHECK_MS = 7_000;

/** Looks at everything a process of ours needs, and changes nothing. Never throws. */
export async function doctor(deps: OperationsDeps): Promise<DoctorCheck[]> {
  const { config } = deps;
  const looks: [string, Look][] = [
    ['postgres', () => postgres(deps)],
    ['migrations', () => assertMigrated(deps.pool).then(() => 'the database is at our version')],
    ['temporal', () => temporal(deps)],
    ['search attributes', () => searchAttributes(deps)],
    ['kafka', () => kafka(deps)],
    ['redis', () => redis(deps)],
    ['ffmpeg', () => tool(config.media.ffmpeg, ['-version'], 'REELWAY_FFMPEG')],
    ['ffprobe', () => tool(config.media.ffprobe, ['-version'], 'REELWAY_FFPROBE')],
    ['packager', () => tool(config.media.packager, ['--version'], 'REELWAY_PACKAGER')],
    ['key-encryption key', () => kek(config.keys.kekFile)],
    ['objects', () => space(config.objects.root)],
    ['temporary files', () => space(config.tempDir)],
  ];
  return Promise.all(looks.map(([name, look]) => take(name, look)));
}

async function take(name: string, look: Look): Promise<DoctorCheck> {
  const begun = performance.now();
  const ms = (): number => Math.round(performance.now() - begun);
  try {
    return { name, ok: true, detail: await within(CHECK_MS, name, look()), ms: ms(), next: null };
  } catch (thrown) {
    const error = toReelwayError(thrown);
    return { name, ok: false, detail: error.message, ms: ms(), next: error.hint };
  }
}

async function postgres({ pool }: OperationsDeps): Promise<string> {
  const found = await pool.query<{ version: string }>(`SELECT current_setting('server_version') AS version`);
  return `Postgres ${found.rows[0]?.version ?? ''} answers`;
}

async function temporal(deps: OperationsDeps): Promise<string> {
  const { client } = await deps.temporal();
  const { namespace, address } = deps.config.temporal;
  const info = await client.workflowService.getSystemInfo({});
  await client.workflowService.describeNamespace({ namespace });
  return `Temporal ${info.serverVersion} at ${address}, namespace ${namespace}`;
}

async function searchAttributes(deps: OperationsDeps): Promise<string> {
  const { connection } = await deps.temporal();
  await verifySearchAttributes(connection, deps.config.temporal.namespace);
  return 'all are registered with their types';
}

async function kafka(deps: OperationsDeps): Promise<string> {
  const checks = await checkTopics(deps);
  const wrong = checks.filter((check) => check.state !== 'ok');
  if (wrong.length === 0) return `${String(checks.length)} topics are as the table says`;
  const isMissing = wrong.some((check) => check.state === 'missing');
  const said = wrong.map((check) => `${check.topic} ${check.problem ?? ''}`).join('; ');
  throw new ReelwayError(isMissing ? 'TOPIC_MISSING' : 'TOPIC_DRIFT', said);
}

/** Without one nothing is ranked, and everything else works. */
async function redis(deps: OperationsDeps): Promise<string> {
  if (deps.config.redis.url === null) return 'none is configured: nothing is ranked';
  return `Redis answers, run ${(await deps.redis().runId()).slice(0, RUN_ID_SHOWN)}`;
}
const RUN_ID_SHOWN = 8;

const run = promisify(execFile);

async function tool(path: string, args: string[], variable: string): Promise<string> {
  try {
    const { stdout, stderr } = await run(path, args, { timeout: CHECK_MS, maxBuffer: 1024 * 1024 });
    return (stdout || stderr).split('\n')[0]?.trim() ?? path;
  } catch (cause) {
    throw new ReelwayError('TOOL_MISSING', `${path} does not run: ${messageOf(cause)}`, {
      cause,
      hint: `Install it, or set ${variable}. Locally: npm run stack`,
    });
  }
}

const kek = async (file: string): Promise<string> => `readable, id ${(await readKek(file)).id}`;

/** The ladder of one long film takes about this much. */
const LOW_SPACE_GIB = 5;
const GIB = 1024 ** 3;

async function space(dir: string): Promise<string> {
  await mkdir(dir, { recursive: true });
  const { bavail, bsize } = await statfs(dir);
  const free = (bavail * bsize) / GIB;
  const said = `${free.toFixed(1)} GiB free at ${dir}`;
  if (free >= LOW_SPACE_GIB) return said;
  throw new ReelwayError('CONFIG_INVALID', `Only ${said}.`, {
    hint: 'Free some space, or point REELWAY_OBJECTS_ROOT and REELWAY_TEMP_DIR elsewhere.',
  });
}
