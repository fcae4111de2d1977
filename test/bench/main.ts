import { parseArgs } from 'node:util';
import { adminBench } from './admin';
import type { Bench } from './bench';
import { bridgeBench } from './bridge';
import { ingestBench } from './ingest';
import { machine } from './machine';
import { report } from './report';
import { workflowBench } from './workflow';

/** Every bench there is; `npm run bench -- NAME` runs one. */
const BENCHES: Record<string, Bench> = {
  workflow: workflowBench,
  bridge: bridgeBench,
  admin: adminBench,
  ingest: ingestBench,
};

const USAGE_EXIT = 2;
const FEWEST_PAIRS = 5;

const list = Object.entries(BENCHES).map(([name, { about }]) => `  ${name.padEnd(10)} ${about}`);
const HELP = `usage: npm run bench -- NAME [--json] [--pairs N]

${list.join('\n')}

  --json     end with one line of JSON on stdout: {name, ratios, figures, machine}
  --pairs N  interleaved pairs that count (default and at least ${String(FEWEST_PAIRS)})

Servers are started in a folder of their own, or taken from REELWAY_TEMPORAL_ADDRESS and its like.
`;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<number> {
  const { values, positionals } = readArguments();
  const [name] = positionals;
  const bench = name !== undefined && Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  const pairs = Number(values.pairs ?? FEWEST_PAIRS);
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (!bench || name === undefined || !(pairs >= FEWEST_PAIRS)) {
    say(HELP);
    return USAGE_EXIT;
  }
  const result = await bench.run({ pairs, say });
  say(report(bench, result));
  if (values.json) process.stdout.write(`${JSON.stringify({ name, ...result, machine: machine() })}\n`);
  return 0;
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { json: { type: 'boolean' }, help: { type: 'boolean' }, pairs: { type: 'string' } },
    });
  } catch (error) {
    say(`${(error as Error).message}\n`);
    return { values: {}, positionals: [] };
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(1);
  },
);
