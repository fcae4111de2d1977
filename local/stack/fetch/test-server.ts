import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Step } from '../progress';
import { VERSIONS } from '../versions';
import { fetchJars } from './maven';
import { once, toolDir } from './once';

export const testServerDir = toolDir('temporal-test-server', VERSIONS.temporalTestServer);

/** Finds its jars beside itself, so that the folder can be moved. */
const WRAPPER = `#!/bin/sh
exec "\${JAVA_HOME:+$JAVA_HOME/bin/}java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \\
  -cp "$(dirname "$0")/lib/*" io.temporal.testserver.TestServer "$@"
`;

/** An executable for createTimeSkipping({ server: { executable: { type: 'existing-path', path } } }). */
export async function fetchTestServer(step: Step): Promise<string> {
  const version = VERSIONS.temporalTestServer;
  const dir = await once('temporal-test-server', version, step, async (folder) => {
    step.say('fetches the time-skipping test server with Maven');
    await fetchJars(folder, [{ group: 'io.temporal', name: 'temporal-test-server', version }]);
    writeFileSync(join(folder, 'temporal-test-server'), WRAPPER, { mode: 0o755 });
  });
  return join(dir, 'temporal-test-server');
}
