import { connectTemporal } from '../../../platform/temporal/client';
import { ensureNamespace } from '../../../platform/temporal/namespace';
import { ensureSearchAttributes, verifySearchAttributes } from '../../../platform/temporal/search-attributes';
import { createWorld, type World } from '../../support/world';

/** IndexedValueType KEYWORD, where BOOL is right. */
const KEYWORD = 2 as never;

let world: World;
beforeAll(async () => {
  world = await createWorld({ uses: [] });
});
afterAll(() => world.close());

async function newNamespace(suffix: string): Promise<string> {
  const namespace = `${world.name}-${suffix}`;
  await ensureNamespace(world.temporal.connection, namespace);
  return namespace;
}

test('search attributes are registered once, and verified', async () => {
  const { connection } = world.temporal;
  const namespace = await newNamespace('fresh');
  await expect(verifySearchAttributes(connection, namespace)).rejects.toMatchObject({
    code: 'SEARCH_ATTRIBUTES_MISSING',
    message: expect.stringContaining('ContentStage is missing') as unknown,
  });
  expect(await ensureSearchAttributes(connection, namespace)).toContain('NeedsAttention');
  expect(await ensureSearchAttributes(connection, namespace)).toEqual([]);
  await expect(verifySearchAttributes(connection, namespace)).resolves.toBeUndefined();
});

test('one of another type is refused and left as it is', async () => {
  const { connection } = world.temporal;
  const namespace = await newNamespace('wrong');
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { NeedsAttention: KEYWORD } });
  for (const check of [ensureSearchAttributes, verifySearchAttributes]) {
    await expect(check(connection, namespace)).rejects.toThrow(/NeedsAttention is not of type Bool/);
  }
});

test('a namespace that is there already is fine', async () => {
  await newNamespace('twice');
  await expect(newNamespace('twice')).resolves.toContain('twice');
});

test('a server that is away does not stop the start, and the first call names it', async () => {
  const away = await connectTemporal({ address: '127.0.0.1:1', namespace: 'default' });
  const asked = away.withDeadline(() => away.client.workflow.count(), 1_000);
  await expect(asked).rejects.toMatchObject({
    code: 'SERVICE_UNREACHABLE',
    message: expect.stringContaining('Temporal at 127.0.0.1:1') as unknown,
  });
  await away.close();
});
