import { isGrpcServiceError, type Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES, type SearchAttributeName } from '../../contracts/model/search-attributes';
import { ReelwayError } from '../../contracts/model/errors';

/** IndexedValueType of Temporal's API. */
const TYPE_NUMBERS = { Text: 1, Keyword: 2, Int: 3, Double: 4, Bool: 5, Datetime: 6, KeywordList: 7 } as const;

const NAMES = Object.keys(SEARCH_ATTRIBUTES) as SearchAttributeName[];
const GRPC_NOT_FOUND = 5;
const WAIT_MS = 20_000;
const POLL_MS = 100;

/**
 * Registers what the namespace lacks and waits until the server knows it. Returns the names added now. Throws
 * SEARCH_ATTRIBUTES_MISSING where one of our names is there with another type: only its owner can say what may go.
 */
export async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<string[]> {
  const { missing, wrong } = await compare(connection, namespace);
  if (wrong.length > 0) throw unusable(namespace, wrong);
  if (missing.length === 0) return [];
  const searchAttributes = Object.fromEntries(missing.map((name) => [name, TYPE_NUMBERS[SEARCH_ATTRIBUTES[name]]]));
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  await waitUntilKnown(connection, namespace);
  return missing;
}

/** For workers: a run that sets an attribute the server does not know hangs for ever without an error. */
export async function verifySearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const { missing, wrong } = await compare(connection, namespace);
  if (missing.length + wrong.length === 0) return;
  throw unusable(namespace, [...missing.map((name) => `${name} is missing`), ...wrong]);
}

async function waitUntilKnown(connection: Connection, namespace: string): Promise<void> {
  const giveUpAt = Date.now() + WAIT_MS;
  for (;;) {
    const { missing } = await compare(connection, namespace);
    if (missing.length === 0) return;
    if (Date.now() > giveUpAt) throw unusable(namespace, [`${missing.join(', ')} did not become known`]);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

interface Comparison {
  missing: SearchAttributeName[];
  wrong: string[];
}

async function compare(connection: Connection, namespace: string): Promise<Comparison> {
  const { customAttributes } = await list(connection, namespace);
  const wrong = NAMES.filter((name) => {
    const type = customAttributes[name];
    return type !== undefined && (type as number) !== TYPE_NUMBERS[SEARCH_ATTRIBUTES[name]];
  });
  return {
    missing: NAMES.filter((name) => customAttributes[name] === undefined),
    wrong: wrong.map((name) => `${name} is not of type ${SEARCH_ATTRIBUTES[name]}`),
  };
}

async function list(connection: Connection, namespace: string) {
  try {
    return await connection.operatorService.listSearchAttributes({ namespace });
  } catch (error) {
    if (!isGrpcServiceError(error) || (error.code as number) !== GRPC_NOT_FOUND) throw error;
    throw new ReelwayError('SEARCH_ATTRIBUTES_MISSING', `Temporal has no namespace ${namespace}.`, {
      hint: 'Create it (temporal operator namespace create), or correct REELWAY_TEMPORAL_NAMESPACE.',
    });
  }
}

const unusable = (namespace: string, problems: string[]): ReelwayError =>
  new ReelwayError('SEARCH_ATTRIBUTES_MISSING', `Namespace ${namespace}: ${problems.join('; ')}.`);
