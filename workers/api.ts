import { startApi } from '../api/server';
import { createWayIn } from '../bridge/inbound/way-in';
import { ReelwayError } from '../contracts/model/errors';
import { openOperations } from '../operations/deps';
import type { Config } from '../platform/config';
import { assertMigrated } from '../platform/postgres/migrate';
import { openTokenBook, type TokenPlace } from '../platform/tokens/token-book';
import type { Part, RoleDeps } from './role';

/** The admin API. Needs Postgres and a token to start; what is away later is told to whoever asks for it. */
export async function startApiPart({ config, log, registry }: RoleDeps): Promise<Part> {
  const tokens = openTokenBook(placeOf(config.api), log);
  const operations = openOperations(config, log);
  const close = async (): Promise<void> => {
    tokens.close();
    await operations.close();
  };
  try {
    await assertMigrated(operations.pool);
    const api = await startApi({
      operations: { ...operations, wayIn: createWayIn(config) },
      tokens,
      registry,
    });
    log.info({ apiUrl: api.url }, 'the admin API is served');
    return {
      name: 'api',
      live: () => true,
      ready: () => true,
      held: () => [tokens.trouble()].filter((trouble) => trouble !== null),
      failed: new Promise<never>(() => undefined),
      stop: async () => {
        await api.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

export const hasTokens = ({ tokens, tokensFile }: Config['api']): boolean => tokens !== null || tokensFile !== null;

function placeOf({ tokens, tokensFile }: Config['api']): TokenPlace {
  if (tokensFile !== null) return { file: tokensFile };
  if (tokens !== null) return { lines: tokens };
  throw new ReelwayError(
    'CONFIG_INVALID',
    'REELWAY_API_TOKENS_FILE or REELWAY_API_TOKENS is required: nobody could ask.',
    {
      hint: 'Make a token and its line with: reelway api token --actor NAME --right admin',
    },
  );
}
