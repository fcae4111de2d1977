/**
 * The import arrows of the rooms (docs/architecture.md). A room may import itself and what its row names; test/ and
 * local/ may import everything, nothing imports test/.
 */
const ROOMS = {
  'contracts/model': [],
  'contracts/schema': ['contracts/model'],
  workflows: ['contracts/model'],
  activities: ['contracts', 'platform'],
  operations: ['contracts', 'platform', 'workflows/messages'],
  bridge: ['contracts', 'platform', 'operations', 'workflows/messages'],
  platform: ['contracts'],
  api: ['contracts', 'platform', 'operations'],
  cli: ['contracts', 'platform', 'operations'],
};
const ALL_ROOMS = ['contracts', 'workflows', 'activities', 'operations', 'bridge', 'workers', 'platform', 'api', 'cli'];
const ROOM_FOLDERS = [...ALL_ROOMS, 'local', 'test'];

/** Clients of servers and vendors, which stay behind the ports of platform/. */
const VENDOR_CLIENTS = ['kafkajs', 'pg', '@temporalio/client', 'redis', 'ioredis', '@aws-sdk', 'pino', 'prom-client'];
const module_ = (names) => `(^|/)node_modules/(@types/)?(${names.join('|')})(/|$)`;
const folder = (names) => `^(${names.join('|')})(/|[.]ts$)`;

const arrow = ([room, targets]) => ({
  name: `arrows-of-${room.replace('/', '-')}`,
  comment: `${room} may import ${targets.join(', ') || 'nothing'}.`,
  severity: 'error',
  from: { path: folder([room]) },
  to: { path: folder(ROOM_FOLDERS), pathNot: folder([room, ...targets, ...extraTargets(room)]) },
});

/**
 * The five commands that run processes import workers; a redrive goes in as the bridge takes records in, and the command
 * line, where the parts are put together, hands that way to operations. Workflows see activities as types only (own rule).
 */
const EXTRA_TARGETS = { workflows: ['activities'], cli: ['workers', 'bridge/inbound/way-in'] };
const extraTargets = (room) => EXTRA_TARGETS[room] ?? [];

module.exports = {
  forbidden: [
    ...Object.entries(ROOMS).map(arrow),
    {
      name: 'workflows-see-activities-as-types',
      comment: 'Activity code in the bundle would break determinism; `import type` leaves nothing behind.',
      severity: 'error',
      from: { path: folder(['workflows']) },
      to: { path: folder(['activities']), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only-process-commands-import-workers',
      comment: 'All other commands start in a fraction of a second, without the SDK worker.',
      severity: 'error',
      from: { path: '^cli/', pathNot: '^cli/(processes/)?(worker|bridge|api|projector|up)[.]ts$' },
      to: { path: folder(['workers']) },
    },
    {
      name: 'nothing-imports-test-or-local',
      severity: 'error',
      from: { path: folder(ALL_ROOMS) },
      to: { path: folder(['test', 'local']) },
    },
    {
      name: 'model-imports-nothing',
      severity: 'error',
      from: { path: '^contracts/model/' },
      to: { pathNot: '^contracts/model/' },
    },
    {
      name: 'schema-imports-zod-only',
      comment: 'And node:crypto, for the identity of flat bodies.',
      severity: 'error',
      from: { path: '^contracts/schema/' },
      to: { pathNot: [folder(['contracts']), module_(['zod']), '^(node:)?crypto$'] },
    },
    {
      name: 'workflows-are-deterministic',
      comment: 'No zod (memory per cached run), no Node API, no client: only what the workflow sandbox may hold.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: {
        pathNot: ['^(workflows|contracts/model|activities)/', module_(['@temporalio/workflow', '@temporalio/common'])],
      },
    },
    {
      name: 'vendor-clients-behind-ports',
      comment: 'Clients are used in platform/ only; other rooms use its ports. Types go through platform/ as well.',
      severity: 'error',
      from: { path: folder(ALL_ROOMS), pathNot: '^platform/' },
      to: { path: module_(VENDOR_CLIENTS) },
    },
    {
      name: 'worker-sdk-in-workers',
      severity: 'error',
      from: { path: folder(ALL_ROOMS), pathNot: '^(workers|platform)/' },
      to: { path: module_(['@temporalio/worker']) },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-undeclared-packages',
      comment: 'What runs in production must stand in dependencies.',
      severity: 'error',
      from: { path: folder(ALL_ROOMS) },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^([.]local|dist|coverage)/' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['require', 'node', 'types', 'default'] },
  },
};
