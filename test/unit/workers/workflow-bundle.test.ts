import { createLog } from '../../../platform/log';
import { bundleWorkflows } from '../../../workers/workflow-bundle';

/** About half is the SDK. Each cached run of a worker without a shared context would pay for it. */
const MOST_BYTES = 800 * 1024;

let code: string;
beforeAll(async () => {
  const bundle = await bundleWorkflows(createLog({ level: 'silent' }));
  code = bundle.slice(0, bundle.indexOf('//# sourceMappingURL'));
}, 60_000);

test('the bundle has the lifecycle and stays small', () => {
  expect(code).toContain('contentLifecycle');
  expect(Buffer.byteLength(code)).toBeLessThan(MOST_BYTES);
});

test.each(['node_modules/zod', 'node_modules/uuid', 'node_modules/pg/', './activities/', './platform/'])(
  'nothing of %s is in it',
  (path) => {
    expect(code).not.toContain(path);
  },
);
