import { parseConfig, type Config } from '../contracts/schema/config';

export type { Config } from '../contracts/schema/config';

/** The configuration of this process. Throws CONFIG_INVALID that lists every problem at once. */
export function loadConfig(env: Record<string, string | undefined> = process.env): Config {
  return parseConfig(env);
}
