// What `npm start`, `npm test` and their like run first: it needs nothing but Node, brings in what is missing, builds
// what is stale, and hands over. Messages go to stderr, since stdout belongs to the program that is started.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const LOWEST_NODE = [20, 19];
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const STAMPS = { install: join(ROOT, '.local', 'npm-lock.sha256'), build: join(ROOT, 'dist', '.stamp') };
const NOT_SOURCES = new Set(['node_modules', 'dist', '.local', '.git', 'coverage', 'docs']);
const TSC = 'node_modules/typescript/bin/tsc';
const NPM = process.platform === 'win32' ? 'npm.cmd' : 'npm';

const local = (...args) => ['node', ['dist/local/main.js', ...args]];
const jest = (args) => ['node', ['node_modules/jest/bin/jest.js', ...args]];

const COMMANDS = {
  start: async (args) => await run(...local('start', ...args)),
  stack: async (args) => await run(...local('stack', ...args)),
  prepare: async () => await run(...local('fetch')),
  // Benches are no part of what is built for production.
  bench: async (args) => {
    await run('node', [TSC, '-p', 'tsconfig.bench.json'], { toStderr: true });
    await run('node', ['dist/test/bench/main.js', ...args]);
  },
  // Only a run of everything fetches first: a single unit test shall not wait for a broker.
  test: async (args) => {
    if (args.length === 0) await run(...local('fetch'));
    await run(...jest(args));
  },
  // `--short` is the part that every verification runs: the same faults, for minutes instead of an hour.
  chaos: async (args) => {
    const isShort = args.includes('--short');
    const rest = args.filter((arg) => arg !== '--short');
    process.env.REELWAY_CHAOS = isShort ? 'short' : 'full';
    await run(...local('fetch'));
    await run(...jest(['--config', 'jest.chaos.config.js', ...rest]));
  },
  verify: async () => {
    for (const [name, [file, args]] of Object.entries(CHECKS)) {
      say(`verify: ${name}`);
      await run(file, args).catch((end) => {
        say(`verify: ${name} failed`);
        throw end;
      });
    }
    say('verify: all is well');
  },
};

/** In this order: what is quick, and what most often fails, first. */
const CHECKS = {
  format: ['node', ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.']],
  lint: ['node', ['node_modules/eslint/bin/eslint.js', '.']],
  types: ['node', [TSC, '-p', 'tsconfig.json', '--noEmit']],
  arrows: [NPM, ['run', '--silent', 'arrows']],
  dead: [NPM, ['run', '--silent', 'dead']],
  chaos: [NPM, ['run', '--silent', 'test:chaos', '--', '--short']],
  test: [NPM, ['test', '--silent']],
};

/** How a child ended, where that was not well: our own end is to be the same. */
class ChildEnd {
  constructor(code, signal) {
    this.code = code;
    this.signal = signal;
  }
}

const say = (text) => void process.stderr.write(`${text}\n`);

/** The child that signals are passed to. */
let current;

/** Runs a command in the project; rejects with a ChildEnd where it did not end with 0. */
function run(file, args, { toStderr = false } = {}) {
  return new Promise((resolve, reject) => {
    const executable = file === 'node' ? process.execPath : file;
    current = spawn(executable, args, { cwd: ROOT, stdio: ['inherit', toStderr ? 2 : 'inherit', 'inherit'] });
    current.on('error', (error) => {
      say(`${file} cannot be run: ${error.message}`);
      reject(new ChildEnd(1, null));
    });
    current.on('exit', (code, signal) => (code === 0 ? resolve() : reject(new ChildEnd(code, signal))));
  });
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > LOWEST_NODE[0] || (major === LOWEST_NODE[0] && minor >= LOWEST_NODE[1])) return;
  say(`TOOL_MISSING: Node ${LOWEST_NODE.join('.')} or newer is needed; this is ${process.versions.node}.`);
  throw new ChildEnd(1, null);
}

const readStamp = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

function writeStamp(path, stamp) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, stamp);
}

async function install() {
  const lock = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
  if (existsSync(join(ROOT, 'node_modules')) && (readStamp(STAMPS.install) === lock || installedByHand())) return;
  say('installs the npm packages');
  await run(NPM, ['ci', '--no-audit', '--no-fund'], { toStderr: true });
  writeStamp(STAMPS.install, lock);
}

/** npm writes this file last; newer than the lock, it says that somebody has just run `npm ci`. */
function installedByHand() {
  const written = join(ROOT, 'node_modules', '.package-lock.json');
  return existsSync(written) && statSync(written).mtimeMs >= statSync(join(ROOT, 'package-lock.json')).mtimeMs;
}

/** Everything a build reads, with size and time of change. Added and deleted files count too. */
function sources(folder = ROOT) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return NOT_SOURCES.has(entry.name) ? [] : sources(path);
    if (!/\.ts$|^tsconfig.*\.json$|^package-lock\.json$/.test(entry.name)) return [];
    const { size, mtimeMs } = statSync(path);
    return `${relative(ROOT, path)} ${size} ${mtimeMs}`;
  });
}

async function build() {
  const stamp = createHash('sha256').update(sources().sort().join('\n')).digest('hex');
  if (readStamp(STAMPS.build) === stamp) return;
  say('builds');
  await run(NPM, ['run', '--silent', 'build'], { toStderr: true });
  writeStamp(STAMPS.build, stamp);
}

async function main([name, ...args]) {
  const command = Object.hasOwn(COMMANDS, name ?? '') ? COMMANDS[name] : undefined;
  if (!command) {
    say(`usage: node local/bootstrap.mjs ${Object.keys(COMMANDS).join('|')} [args]`);
    throw new ChildEnd(2, null);
  }
  checkNode();
  await install();
  await build();
  await command(args);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => current?.kill(signal));

main(process.argv.slice(2)).catch((end) => {
  if (!(end instanceof ChildEnd)) throw end;
  if (end.signal === null) process.exit(end.code ?? 1);
  // The same signal, so that whoever waits for us sees what happened to the child.
  process.removeAllListeners(end.signal);
  process.kill(process.pid, end.signal);
});
