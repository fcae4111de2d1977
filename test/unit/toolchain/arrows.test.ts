import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '../../..');
const RULES = join(ROOT, '.dependency-cruiser.cjs');
const CRUISER = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');

/** Files of a small tree in which every arrow is broken once, or kept where that is easily mistaken. */
const TREE: Record<string, string> = {
  'contracts/model/ids.ts': 'export const id = 1;',
  'contracts/model/digest.ts': "import { createHash } from 'node:crypto'; export const a = createHash;",
  'contracts/schema/ok.ts': "import { z } from 'zod'; import { id } from '../model/ids'; export const a = [z, id];",
  'contracts/schema/files.ts': "import { readFileSync } from 'node:fs'; export const a = readFileSync;",
  'contracts/schema/shop.ts': "import { shop } from '../../platform/shop'; export const a = shop;",
  'platform/shop.ts': "import { Kafka } from 'kafkajs'; export const shop = Kafka;",
  'platform/upward.ts': "import { run } from '../operations/run'; export const a = run;",
  'activities/work.ts': "import { shop } from '../platform/shop'; export const work = shop; export type Work = 1;",
  'activities/sideways.ts': "import { run } from '../operations/run'; export const a = run;",
  'workflows/messages.ts': 'export const name = 1;',
  'workflows/types.ts': "import type { Work } from '../activities/work'; export type A = Work;",
  'workflows/calls.ts': "import { work } from '../activities/work'; export const a = work;",
  'workflows/zod.ts': "import { z } from 'zod'; export const a = z;",
  'workflows/clock.ts': "import { hrtime } from 'node:process'; export const a = hrtime;",
  'operations/run.ts': "import { name } from '../workflows/messages'; export const run = name;",
  'operations/deep.ts': "import { a } from '../workflows/clock'; export const b = a;",
  'operations/raw.ts': "import type { Pool } from 'pg'; export type A = Pool;",
  'bridge/ok.ts': "import { run } from '../operations/run'; export const a = run;",
  'bridge/worker.ts': "import { a } from '../workers/start'; export const b = a;",
  'workers/start.ts': "import { Worker } from '@temporalio/worker'; export const a = Worker;",
  'cli/worker.ts': "import { a } from '../workers/start'; export const b = a;",
  'cli/show.ts': "import { a } from '../workers/start'; export const b = a;",
  'cli/helped.ts': "import { help } from '../test/help'; export const a = help;",
  'cli/dev.ts': "import { format } from 'prettier'; export const a = format;",
  'cli/lost.ts': "import { a } from './nowhere'; export const b = a;",
  'test/help.ts': "import { a } from '../bridge/ok'; export const help = a;",
  'operations/left.ts': "import { b } from './right'; export const a = b;",
  'operations/right.ts': "import { a } from './left'; export const b = a;",
};

const BROKEN = [
  'activities/sideways.ts arrows-of-activities',
  'bridge/worker.ts arrows-of-bridge',
  'cli/dev.ts no-undeclared-packages',
  'cli/helped.ts arrows-of-cli',
  'cli/helped.ts nothing-imports-test-or-local',
  'cli/lost.ts no-unresolved',
  'cli/show.ts only-process-commands-import-workers',
  'contracts/model/digest.ts model-imports-nothing',
  'contracts/schema/files.ts schema-imports-zod-only',
  'contracts/schema/shop.ts arrows-of-contracts-schema',
  'contracts/schema/shop.ts schema-imports-zod-only',
  'operations/deep.ts arrows-of-operations',
  'operations/left.ts no-cycles',
  'operations/raw.ts vendor-clients-behind-ports',
  'platform/upward.ts arrows-of-platform',
  'workflows/calls.ts workflows-see-activities-as-types',
  'workflows/clock.ts workflows-are-deterministic',
  'workflows/zod.ts workflows-are-deterministic',
];

let tree: string;

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'reelway-arrows-'));
  for (const [file, source] of Object.entries(TREE)) {
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    writeFileSync(join(tree, file), `${source}\n`);
  }
  for (const shared of ['node_modules', 'package.json', 'tsconfig.json'])
    symlinkSync(join(ROOT, shared), join(tree, shared));
});

afterAll(() => {
  rmSync(tree, { recursive: true, force: true });
});

interface Violation {
  from: string;
  rule: { name: string };
}

/** It exits with the number of errors, so a rejection is what we expect. */
async function violations(): Promise<string[]> {
  const args = [CRUISER, '--config', RULES, '--output-type', 'json', '.'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: tree, maxBuffer: 64e6 }).catch(
    (failure: unknown) => failure as { stdout: string },
  );
  const { summary } = JSON.parse(stdout) as { summary: { violations: Violation[] } };
  return summary.violations.map(({ from, rule }) => `${from} ${rule.name}`);
}

it('every arrow between the rooms that is not allowed is found, and no other', async () => {
  expect([...new Set(await violations())].sort()).toEqual(BROKEN);
}, 60_000);
