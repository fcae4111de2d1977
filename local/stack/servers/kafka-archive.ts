import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaDir } from '../fetch/kafka';
import { dataDir, stackFileOf } from '../places';
import { Ports } from '../ports';
import { ServerProcess } from '../process/server-process';
import { closeSession, openSession } from '../process/session';
import { quiet, type Step } from '../progress';
import { ask } from '../tools/find';
import { kafkaServer, type KafkaBinaries } from './kafka';

/** The JVM passes over an archive of another Java or of other jars, so a stale one only costs time. */
const archiveOf = async (java: string): Promise<string> => {
  const version = (await ask(java, ['-version'])) ?? '';
  return join(kafkaDir, `classes-${createHash('sha256').update(java).update(version).digest('hex').slice(0, 12)}.jsa`);
};

/**
 * Options that start Kafka from an archive of its loaded classes, which halves the start. The archive is made once, by
 * a broker that starts and stops on data of its own; where that fails Kafka starts without.
 */
export async function archiveOptions(java: string, libs: string, step: Step = quiet.step('')): Promise<string[]> {
  if (!libs.startsWith(kafkaDir)) return []; // somebody else's Kafka: we write nothing there
  const archive = await archiveOf(java);
  if (!existsSync(archive)) {
    step.say('prepares a quick start of Kafka');
    await makeArchive({ java, libs, jvm: [] }, archive).catch(() => undefined);
  }
  return existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off'] : [];
}

async function makeArchive(binaries: KafkaBinaries, archive: string): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'reelway-kafka-'));
  const dir = dataDir(root);
  const made = `${archive}.${String(process.pid)}`;
  await openSession(dir, stackFileOf(root));
  try {
    const jvm = [`-XX:ArchiveClassesAtExit=${made}`];
    const { spec } = await kafkaServer({ ...binaries, jvm }, dir, new Ports(dir.ports));
    const server = new ServerProcess(spec, dir);
    await server.start();
    await server.stop();
    renameSync(made, archive);
  } finally {
    closeSession(dir);
    for (const path of [root, made]) rmSync(path, { recursive: true, force: true });
  }
}
