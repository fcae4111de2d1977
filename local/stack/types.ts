import type { Progress } from './progress';

/** What a stack can consist of. The last two are files, not processes. */
export const PARTS = ['temporal', 'kafka', 'postgres', 'redis', 'media', 'clips'] as const;
export type Part = (typeof PARTS)[number];

/** A server the stack runs as a process of its own. */
export type ServerName = Extract<Part, 'temporal' | 'kafka' | 'postgres' | 'redis'>;

/** The content of stack.json. A part that was not asked for has empty strings and lists. */
export interface StackInfo {
  readonly temporal: { readonly address: string; readonly namespace: string; readonly ui: string };
  readonly kafka: { readonly brokers: readonly string[] };
  readonly postgres: { readonly url: string };
  readonly redis: { readonly url: string };
  readonly objects: { readonly root: string };
  /** Prometheus endpoints by name. */
  readonly metrics: Readonly<Record<string, string>>;
  readonly processes: readonly { readonly name: string; readonly pid: number }[];
  /** Paths of executables. */
  readonly media: { readonly ffmpeg: string; readonly ffprobe: string; readonly packager: string };
  /** Paths of two short clips: one with sound (720p, 5.3 s), one without. */
  readonly clips: { readonly bunny: string; readonly bikes: string };
  /** The file with the key that wraps content keys: 32 random bytes in base64, made for this data directory. */
  readonly keys: { readonly kek: string };
  /** Where processes put their temporary files. */
  readonly temp: { readonly root: string };
}

export interface StackOptions {
  /** Default: all. */
  readonly parts?: readonly Part[];
  /** Where servers keep their data. Default: `.local/data`, with `.local/stack.json`. Tests give one of their own; its `stack.json` is in it. */
  readonly dir?: string;
  /** Take servers that REELWAY_TEMPORAL_ADDRESS and its like name. Default true. */
  readonly useEnvironment?: boolean;
  /** Dynamic configuration of the Temporal server, values as JSON. Default: as the project runs it. */
  readonly temporalConfig?: Readonly<Record<string, string>>;
  /** Properties of the Kafka broker beside those of the project; one that is there already is a list and gets longer. */
  readonly kafkaConfig?: Readonly<Record<string, string>>;
  /** Default: no messages. */
  readonly progress?: Progress;
  /** Called when a server ends that nobody told to. Default: nothing happens. */
  readonly onUnexpectedExit?: (name: ServerName, lastLines: string) => void;
}

export interface Stack extends StackInfo {
  readonly dir: string;
  readonly stackFile: string;
  /** Stops every server, waits for it, removes stack.json. Safe to call twice. */
  stop(): Promise<void>;
  /** Stops a server if it runs, and starts it with the same address and data. */
  restart(name: ServerName): Promise<void>;
  /** Sends a signal to a server's process group. With SIGKILL, SIGTERM and SIGINT it waits for the exit. */
  kill(name: ServerName, signal: NodeJS.Signals): Promise<void>;
}
