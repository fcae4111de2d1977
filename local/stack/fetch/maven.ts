import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run';

interface Artifact {
  readonly group: string;
  readonly name: string;
  readonly version: string;
}

/** Puts the jars of the artifacts and of all they need into `folder/lib`. Maven checks the sums the registry gives. */
export async function fetchJars(folder: string, artifacts: readonly Artifact[]): Promise<void> {
  const pom = join(folder, 'pom.xml');
  writeFileSync(pom, pomOf(artifacts));
  await run({
    file: 'mvn',
    args: ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=lib'],
    cwd: folder,
  });
  rmSync(join(folder, 'target'), { recursive: true, force: true });
}

const pomOf = (artifacts: readonly Artifact[]): string => `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>reelway.local</groupId>
  <artifactId>tools</artifactId>
  <version>1</version>
  <dependencies>
${artifacts
  .map(
    ({ group, name, version }) =>
      `    <dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`,
  )
  .join('\n')}
  </dependencies>
</project>
`;
