import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { HOST, isFree, Ports } from '../../local/stack/ports';
import { removeTempDirs, tempDir } from './temp-dir';

afterAll(removeTempDirs);

const listen = (port: number): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer().listen(port, HOST, () => resolve(server));
  });

test('a server gets the port it had at the start before', async () => {
  const file = join(tempDir(), 'ports.json');
  const first = await new Ports(file).take('temporal-ui');
  expect(await new Ports(file).take('temporal-ui')).toBe(first);
});

test('a remembered port that somebody took meanwhile is replaced, and the new one remembered', async () => {
  const file = join(tempDir(), 'ports.json');
  const first = await new Ports(file).take('kafka');
  const other = await listen(first);
  const second = await new Ports(file).take('kafka');
  other.close();
  expect(second).not.toBe(first);
  expect(await new Ports(file).take('kafka')).toBe(second);
});

test('the well-known port is used where it is free, and only once', async () => {
  const ports = new Ports(join(tempDir(), 'ports.json'));
  const wellKnown = await ports.take('some');
  const again = new Ports(join(tempDir(), 'ports.json'));
  expect(await again.take('one', wellKnown)).toBe(wellKnown);
  expect(await again.take('two', wellKnown)).not.toBe(wellKnown);
});

test('a file of ports that a crash cut short does no harm', async () => {
  const file = join(tempDir(), 'ports.json');
  writeFileSync(file, '{"kafka": 12');
  expect(await isFree(await new Ports(file).take('kafka'))).toBe(true);
});
