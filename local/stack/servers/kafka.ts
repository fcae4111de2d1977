import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataDir } from '../places';
import { HOST, type Ports } from '../ports';
import type { ServerSpec } from '../process/server-process';
import { run } from '../fetch/run';
import { kafkaProperties, LOG4J } from './kafka-config';

/** Ready in 2 to 4 s on two idle cores. */
const READY_WITHIN_MS = 90_000;
/** -Xmx96m dies. Only a development machine: compile little, collect simply. */
const JVM = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djava.awt.headless=true'];

export interface KafkaServer {
  readonly spec: ServerSpec;
  readonly brokers: readonly string[];
}

export interface KafkaBinaries {
  readonly java: string;
  /** The folder of the jars. */
  readonly libs: string;
  /** Further options of the JVM. */
  readonly jvm: readonly string[];
}

/** One node that is broker and controller, formatted at its first start. */
export async function kafkaServer(
  binaries: KafkaBinaries,
  dir: DataDir,
  ports: Ports,
  more: Readonly<Record<string, string>> = {},
): Promise<KafkaServer> {
  const port = await ports.take('kafka');
  const controller = await ports.take('kafka-controller');
  const home = join(dir.root, 'kafka');
  const [properties, log4j] = [join(home, 'server.properties'), join(home, 'log4j2.properties')];
  mkdirSync(home, { recursive: true });
  writeFileSync(properties, kafkaProperties({ port, controller, logs: join(home, 'logs') }, more));
  writeFileSync(log4j, LOG4J);
  const java = (main: string): string[] => [
    ...[...JVM, ...binaries.jvm, `-Dlog4j2.configurationFile=${log4j}`, `-Dkafka.logs.dir=${home}`],
    ...['-cp', join(binaries.libs, '*'), main],
  ];
  if (!existsSync(join(home, 'logs', 'meta.properties'))) await format(binaries.java, java, properties);
  return {
    spec: {
      name: 'kafka',
      file: binaries.java,
      args: [...java('kafka.Kafka'), properties],
      stopSignal: 'SIGTERM',
      readyWithinMs: READY_WITHIN_MS,
      ready: (log) => Promise.resolve(readFileSync(log, 'utf8').includes('Kafka Server started')),
    },
    brokers: [`${HOST}:${String(port)}`],
  };
}

async function format(java: string, args: (main: string) => string[], properties: string): Promise<void> {
  // A cluster id is 16 bytes in base64url. One that began with "-" would be taken for an option.
  const id = `R${randomBytes(16).toString('base64url').slice(1, 22)}`;
  const command = ['format', '--ignore-formatted', '-t', id, '-c', properties];
  await run({ file: java, args: [...args('kafka.tools.StorageTool'), ...command] });
}
