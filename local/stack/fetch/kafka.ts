import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Step } from '../progress';
import { atLeast, onPath, parseVersion } from '../tools/find';
import { LOWEST, VERSIONS } from '../versions';
import { fetchJars } from './maven';
import { once, toolDir } from './once';

export const kafkaDir = toolDir('kafka', VERSIONS.kafka);

/** The folder of Kafka's jars in KAFKA_HOME or beside kafka-server-start.sh on PATH. */
export function kafkaOnPath(): string | undefined {
  const script = onPath('kafka-server-start.sh');
  const homes = [process.env['KAFKA_HOME'], script && dirname(dirname(realpathSync(script)))];
  return homes
    .flatMap((home) => (home ? join(home, 'libs') : []))
    .find((libs) => atLeast(kafkaVersion(libs), LOWEST.kafka));
}

function kafkaVersion(libs: string): ReturnType<typeof parseVersion> {
  if (!existsSync(libs)) return undefined;
  return readdirSync(libs)
    .map((name) => parseVersion(name, '^kafka_2\\.13-'))
    .find((version) => version !== undefined);
}

/** The folder of Kafka's jars. */
export async function fetchKafka(step: Step): Promise<string> {
  const dir = await once('kafka', VERSIONS.kafka, step, async (folder) => {
    step.say('fetches Kafka with Maven');
    await fetchJars(folder, [
      { group: 'org.apache.kafka', name: 'kafka_2.13', version: VERSIONS.kafka },
      { group: 'org.apache.logging.log4j', name: 'log4j-slf4j-impl', version: VERSIONS.log4j },
    ]);
  });
  return join(dir, 'lib');
}
