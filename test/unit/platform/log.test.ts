import { createLog } from '../../../platform/log';

function linesOf(write: (log: ReturnType<typeof createLog>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  write(createLog({ level: 'info' }, { role: 'test' }, { write: (line) => lines.push(line) }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('every line has its bindings and lines below the level are left out', () => {
  const lines = linesOf((log) => {
    log.debug('quiet');
    log.info({ contentId: 'c-1' }, 'loud');
  });
  expect(lines).toMatchObject([{ role: 'test', pid: process.pid, contentId: 'c-1', msg: 'loud' }]);
});

test('secrets are masked: by name on three levels, and in URLs anywhere', () => {
  const [line] = linesOf((log) => {
    log.info(
      {
        authorization: 'Bearer s3cret',
        headers: { 'x-service-auth': 's3cret' },
        request: { headers: { cookie: 's3cret' } },
        url: 'postgres://reelway:s3cret@127.0.0.1/reelway',
      },
      'could not reach postgres://reelway:s3cret@127.0.0.1/reelway',
    );
  });
  expect(JSON.stringify(line)).not.toContain('s3cret');
  expect(line).toMatchObject({ msg: 'could not reach postgres://[masked]@127.0.0.1/reelway' });
});

test('an error shows its code, and its cause in the stack', () => {
  const [line] = linesOf((log) => {
    log.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'failed');
  });
  expect(line).toMatchObject({ err: { message: 'outer: inner' } });
});
