import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ReelwayError } from '../../../contracts/model/errors';
import type { DataDir } from '../places';
import { identify, isAlive, type Identity } from './identity';
import { removeRunFile, writeRunFile } from './run-file';
import { endGroup, goneWithin, signalGroup, STOP_DEADLINE_MS } from './signals';
import { lastLines } from './tail';

/** How a server is started, asked to stop, and known to be ready. */
export interface ServerSpec {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The user it runs as, where that is not ours. */
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly stopSignal: NodeJS.Signals;
  readonly readyWithinMs: number;
  /** One try; false or a rejection means "not yet". `log` is the path of its output. */
  ready(log: string): Promise<boolean>;
}

const TRY_EVERY_MS = 40;

/** What was started last: a server that is restarted is another process. */
interface Running {
  readonly child: ChildProcess;
  readonly identity: Identity;
  /** Whether its end would surprise us: it got ready, and nobody told it to end. */
  wanted: boolean;
}

/** One server as a detached process group with its output in a file. */
export class ServerProcess {
  private running: Running | undefined;
  readonly log: string;

  constructor(
    readonly spec: ServerSpec,
    private readonly dir: DataDir,
    private readonly onUnexpectedExit: (lastLines: string) => void = () => undefined,
  ) {
    this.log = join(dir.logs, `${spec.name}.log`);
  }

  get pid(): number {
    return this.running?.identity.pid ?? 0;
  }

  async start(): Promise<void> {
    const running = this.spawn();
    this.running = running;
    writeRunFile(this.dir.run, { ...running.identity, name: this.spec.name, stopSignal: this.spec.stopSignal });
    try {
      await this.spawned(running.child);
      await this.untilReady(running.identity);
    } catch (error) {
      await this.stop();
      throw error;
    }
    running.wanted = true;
  }

  /** withinMs: after it the group is killed. Default 10 s. */
  async stop(withinMs = STOP_DEADLINE_MS): Promise<void> {
    if (this.running) {
      this.running.wanted = false;
      await endGroup(this.running.identity, this.spec.stopSignal, withinMs);
    }
    removeRunFile(this.dir.run, this.spec.name);
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    if (!this.running) return;
    const ends = signal === 'SIGKILL' || signal === 'SIGTERM' || signal === 'SIGINT';
    if (ends) this.running.wanted = false;
    signalGroup(this.running.identity.pid, signal);
    if (ends) await goneWithin(this.running.identity, STOP_DEADLINE_MS);
  }

  /** For an exit of ours that cannot wait. */
  signalNow(): void {
    if (this.running && isAlive(this.running.identity)) signalGroup(this.pid, this.spec.stopSignal);
  }

  private spawn(): Running {
    const { file, args, env, user } = this.spec;
    const output = this.openLog();
    const child = spawn(file, args, {
      detached: true, // a group of its own: Ctrl-C reaches us first, and kill(-pid) reaches its children
      stdio: ['ignore', output, output],
      cwd: '/',
      env: { ...process.env, ...env },
      ...user,
    });
    closeSync(output);
    const identity = child.pid === undefined ? { pid: 0, started: '' } : identify(child.pid);
    const running: Running = { child, identity, wanted: false };
    child.on('exit', () => {
      if (running.wanted) this.onUnexpectedExit(lastLines(this.log));
    });
    return running;
  }

  private spawned(child: ChildProcess): Promise<void> {
    return new Promise((resolve, reject) => {
      child.once('spawn', resolve);
      child.on('error', (cause) =>
        reject(new ReelwayError('STACK_FAILED', `${this.spec.name} cannot be started: ${cause.message}`, { cause })),
      );
    });
  }

  /** The log of the start before is kept as .1: it says why it ended. */
  private openLog(): number {
    mkdirSync(this.dir.logs, { recursive: true });
    try {
      renameSync(this.log, `${this.log}.1`);
    } catch {
      // the first start has none
    }
    return openSync(this.log, 'a');
  }

  private async untilReady(identity: Identity): Promise<void> {
    const deadline = performance.now() + this.spec.readyWithinMs;
    while (!(await this.spec.ready(this.log).catch(() => false))) {
      if (!isAlive(identity)) throw this.failure('ended while it started');
      if (performance.now() > deadline) throw this.failure(`was not ready in ${String(this.spec.readyWithinMs)} ms`);
      await delay(TRY_EVERY_MS);
    }
    // Somebody else's server on our port would also answer.
    if (!isAlive(identity)) throw this.failure('ended while it started');
  }

  private failure(what: string): ReelwayError {
    const tail = lastLines(this.log);
    return new ReelwayError(
      'STACK_FAILED',
      `${this.spec.name} ${what}. ${this.log} ends with:\n${tail || '(nothing)'}`,
    );
  }
}
