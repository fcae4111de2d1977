import { rmSync } from 'node:fs';
import { ReelwayError } from '../../contracts/model/errors';
import type { DataDir } from './places';
import { ServerProcess, type ServerSpec } from './process/server-process';
import { closeSession } from './process/session';
import { writeStackFile } from './stack-file';
import type { ServerName, Stack, StackInfo, StackOptions } from './types';

/** The servers of one start, and what others need to know of them. */
export class RunningStack implements Stack {
  private readonly servers = new Map<string, ServerProcess>();
  private stopping: Promise<void> | undefined;
  private readonly lastWord = (): void => this.signalAll();

  constructor(
    private readonly place: DataDir,
    readonly stackFile: string,
    private info: StackInfo,
    private readonly onUnexpectedExit: StackOptions['onUnexpectedExit'],
  ) {
    process.once('exit', this.lastWord);
  }

  async launch(spec: ServerSpec): Promise<void> {
    const died = (lastLines: string): void => this.onUnexpectedExit?.(spec.name as ServerName, lastLines);
    const server = new ServerProcess(spec, this.place, died);
    this.servers.set(spec.name, server);
    await server.start();
  }

  learn(info: Partial<StackInfo>): void {
    this.info = { ...this.info, ...info };
  }

  stop(): Promise<void> {
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  async restart(name: ServerName): Promise<void> {
    await this.server(name).restart();
    writeStackFile(this.stackFile, this);
  }

  kill(name: ServerName, signal: NodeJS.Signals): Promise<void> {
    return this.server(name).kill(signal);
  }

  private async stopAll(): Promise<void> {
    await Promise.all([...this.servers.values()].map((server) => server.stop()));
    rmSync(this.stackFile, { force: true });
    closeSession(this.place);
    process.removeListener('exit', this.lastWord);
  }

  /** Our process ends without having stopped them: ask at least; the next start makes sure. */
  private signalAll(): void {
    for (const server of this.servers.values()) server.signalNow();
  }

  private server(name: ServerName): ServerProcess {
    const server = this.servers.get(name);
    if (server) return server;
    throw new ReelwayError(
      'STACK_FAILED',
      `This stack does not run ${name}: it was not asked for, or is somebody else's.`,
    );
  }

  get processes(): StackInfo['processes'] {
    return [...this.servers.values()].map(({ spec, pid }) => ({ name: spec.name, pid }));
  }

  get dir(): string {
    return this.place.root;
  }

  get temporal(): StackInfo['temporal'] {
    return this.info.temporal;
  }

  get kafka(): StackInfo['kafka'] {
    return this.info.kafka;
  }

  get postgres(): StackInfo['postgres'] {
    return this.info.postgres;
  }

  get redis(): StackInfo['redis'] {
    return this.info.redis;
  }

  get objects(): StackInfo['objects'] {
    return this.info.objects;
  }

  get metrics(): StackInfo['metrics'] {
    return this.info.metrics;
  }

  get media(): StackInfo['media'] {
    return this.info.media;
  }

  get clips(): StackInfo['clips'] {
    return this.info.clips;
  }

  get keys(): StackInfo['keys'] {
    return this.info.keys;
  }

  get temp(): StackInfo['temp'] {
    return this.info.temp;
  }
}
