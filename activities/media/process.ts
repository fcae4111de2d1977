import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import { ReelwayError } from '../../contracts/model/errors';
import { guarded, type Caps } from './guard';
import { lineSplitter, Tail } from './output';
import { reapGroup, terminateGroup } from './process-group';
import { describeEnd, ToolError, type ToolCodes, type ToolEnd } from './tool-error';

/** Enough for any ffprobe answer; more is a source that floods us. */
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024;

export interface RunToolInput {
  /** Path of the program; it is not looked up. */
  readonly command: string;
  /** Never a secret: every user of the machine can read them. */
  readonly args: readonly string[];
  readonly cwd?: string | undefined;
  /** Aborting kills the group; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Whole run, in ms. Default: none. */
  readonly timeoutMs?: number | undefined;
  /** Longest time without progress, in ms, from the spawn on. Default: none. */
  readonly stallMs?: number | undefined;
  /** Takes stdout line by line instead of collecting it; returns true where the line shows progress. */
  readonly onLine?: ((line: string) => boolean) | undefined;
  /** Bound of the collected stdout. Default 8 MiB. */
  readonly maxOutputBytes?: number | undefined;
  readonly codes: ToolCodes;
  readonly caps?: Caps | undefined;
  /** Texts that must not leave this function in an error, such as keys a tool repeats on stderr. */
  readonly redact?: readonly string[] | undefined;
}

export interface ToolOutput {
  readonly stdout: string;
  /** The last 4 KiB. */
  readonly stderr: string;
}

/**
 * Runs a tool as a process group of its own, without stdin and with an empty environment. Settles only after the whole
 * group is gone: whoever awaits it may delete the tool's files.
 *
 * Errors: the abort reason; ToolError with one of `codes`; TOOL_MISSING.
 */
export async function runTool(input: RunToolInput): Promise<ToolOutput> {
  input.signal?.throwIfAborted();
  await access(input.command, constants.X_OK).catch((cause: unknown) => {
    throw missing(input.command, cause);
  });
  const run = new Run(input, start(input));
  try {
    return await run.ended();
  } finally {
    run.dispose();
  }
}

const missing = (command: string, cause: unknown): ReelwayError =>
  new ReelwayError('TOOL_MISSING', `Cannot run ${command}.`, { cause });

function start({ command, args, cwd, caps }: RunToolInput): ChildProcess {
  const [program, ...rest] = guarded([command, ...args], caps);
  return spawn(program ?? command, rest, {
    ...(cwd === undefined ? {} : { cwd }),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', AV_LOG_FORCE_NOCOLOR: '1' },
  });
}

interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One running tool: its clocks, its output, and why we killed it, where we did. */
class Run {
  private readonly stderr = new Tail();
  private readonly stdout: string[] = [];
  private stdoutBytes = 0;
  private killed: Exclude<ToolEnd, 'exit' | 'signal'> | 'abort' | undefined;
  private stopKillClock: (() => void) | undefined;
  private stallTimer: NodeJS.Timeout | undefined;
  private readonly timeoutTimer: NodeJS.Timeout | undefined;
  private readonly exited: Promise<ExitStatus>;
  private readonly closed: Promise<unknown>;
  private readonly onAbort = (): void => this.kill('abort');

  constructor(
    private readonly input: RunToolInput,
    private readonly child: ChildProcess,
  ) {
    this.closed = new Promise((resolve) => child.once('close', resolve));
    this.exited = new Promise((resolve, reject) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
      child.once('error', (cause) => reject(missing(input.command, cause)));
    });
    input.signal?.addEventListener('abort', this.onAbort, { once: true });
    if (input.timeoutMs !== undefined) this.timeoutTimer = setTimeout(() => this.kill('timeout'), input.timeoutMs);
    this.armStall();
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.stderr.add(text));
    child.stdout?.setEncoding('utf8').on('data', this.onStdout());
  }

  /** When the tool itself has ended, takes the rest of its group down and waits for the end of its output. */
  async ended(): Promise<ToolOutput> {
    const status = await this.exited;
    if (this.child.pid !== undefined) await reapGroup(this.child.pid);
    await this.closed;
    return this.result(status);
  }

  private result({ code, signal }: ExitStatus): ToolOutput {
    const stderr = this.redacted(this.stderr.text());
    if (this.killed === 'abort') this.input.signal?.throwIfAborted();
    if (code === 0 && this.killed === undefined) return { stdout: this.stdout.join(''), stderr };
    throw this.failure({ code, signal }, stderr);
  }

  dispose(): void {
    this.input.signal?.removeEventListener('abort', this.onAbort);
    clearTimeout(this.stallTimer);
    clearTimeout(this.timeoutTimer);
    this.stopKillClock?.();
  }

  private failure({ code, signal }: ExitStatus, stderr: string): ToolError {
    const { codes, stallMs, timeoutMs, command } = this.input;
    const tool = basename(command);
    const fail = (errorCode: ToolError['code'], end: ToolEnd, how: string): ToolError =>
      new ToolError(errorCode, end, stderr, describeEnd(tool, how, stderr));
    if (this.killed === 'stall') {
      return fail(codes.stalled ?? codes.failed, 'stall', `made no progress for ${String(stallMs)} ms and was killed`);
    }
    if (this.killed === 'timeout') {
      return fail(codes.timedOut ?? codes.failed, 'timeout', `took longer than ${String(timeoutMs)} ms and was killed`);
    }
    if (this.killed === 'output') return fail(codes.failed, 'output', 'wrote too much and was killed');
    if (signal !== null) return fail(codes.failed, 'signal', `was killed by ${signal}`);
    return fail(codes.failed, 'exit', `ended with exit code ${String(code)}`);
  }

  private onStdout(): (text: string) => void {
    const { onLine, maxOutputBytes = MAX_OUTPUT_BYTES } = this.input;
    if (onLine !== undefined) return lineSplitter((line) => onLine(line) && this.armStall());
    return (text) => {
      this.armStall();
      this.stdoutBytes += text.length;
      if (this.stdoutBytes > maxOutputBytes) this.kill('output');
      else this.stdout.push(text);
    };
  }

  private armStall(): void {
    if (this.input.stallMs === undefined) return;
    clearTimeout(this.stallTimer);
    this.stallTimer = setTimeout(() => this.kill('stall'), this.input.stallMs);
  }

  private kill(why: NonNullable<Run['killed']>): void {
    if (this.killed !== undefined || this.child.pid === undefined) return;
    this.killed = why;
    this.stopKillClock = terminateGroup(this.child.pid);
  }

  private redacted(text: string): string {
    return (this.input.redact ?? []).reduce((clean, secret) => clean.replaceAll(secret, '[redacted]'), text);
  }
}
