import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkNeeds } from '../../local/stack/parts/plan';
import { mediaOnPath } from '../../local/stack/fetch/media';
import { missingTools } from '../../local/stack/tools/build-tools';
import { removeTempDirs, tempDir } from './temp-dir';

const env = { ...process.env };
afterEach(() => {
  process.env = { ...env };
});
afterAll(removeTempDirs);

/** A PATH with nothing but these programs, which print what they are given. */
function pathWith(programs: Record<string, string>): void {
  const bin = join(tempDir(), 'bin');
  mkdirSync(bin);
  for (const [name, prints] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\necho '${prints}'\n`);
    chmodSync(join(bin, name), 0o755);
  }
  process.env['PATH'] = bin;
  delete process.env['JAVA_HOME'];
}

const plan = (...needs: Parameters<typeof missingTools>[0][]) =>
  needs.map((each) => ({ needs: [...each], fetch: () => Promise.resolve(), bringUp: () => Promise.resolve({}) }));

test('one message names every tool that is missing, its Debian package and what to do without it', async () => {
  pathWith({});
  const start = checkNeeds(plan(['go'], ['java', 'mvn'], [], ['python', 'pip']));
  await expect(start).rejects.toMatchObject({ code: 'TOOL_MISSING' });
  for (const named of ['Go', 'openjdk-17-jre-headless', 'maven', 'python3-pip', 'REELWAY_KAFKA_BROKERS']) {
    await expect(start).rejects.toThrow(named);
  }
});

test('a Java or a Go that is too old is as good as none', async () => {
  pathWith({ java: 'openjdk version "11.0.2"', go: 'go version go1.19.8 linux/amd64', mvn: '' });
  expect(await missingTools(['java', 'mvn', 'go'])).toEqual(['java', 'go']);
});

test('a missing Go alone does not end the start: the SDK may have a download', async () => {
  pathWith({});
  await expect(checkNeeds(plan(['go']))).resolves.toBeUndefined();
});

test("Debian's own ffmpeg is too old to be taken from PATH", async () => {
  const packager = 'packager version v3.8.0-release';
  pathWith({ ffmpeg: 'ffmpeg version 5.1.6-0+deb12u1', ffprobe: 'ffprobe version 5.1.6-0+deb12u1', packager });
  expect(await mediaOnPath()).toBeUndefined();
  pathWith({ ffmpeg: 'ffmpeg version n8.1.2', ffprobe: 'ffprobe version 8.1.2', packager });
  expect(await mediaOnPath()).toMatchObject({ ffmpeg: expect.stringMatching(/bin\/ffmpeg$/) as string });
});
