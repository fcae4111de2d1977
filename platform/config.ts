import { ReelwayError } from '../contracts/model/errors';
import { parseConfig, type Config } from '../contracts/schema/config';

export type { Config } from '../contracts/schema/config';

/** The configuration of this process. Throws CONFIG_INVALID that lists every problem at once, without a value. */
export function loadConfig(env: Record<string, string | undefined> = process.env): Config {
  const result = parseConfig(env);
  if (result.ok) return result.config;
  const lines = result.problems.map((problem) => `${problem.name} ${problem.message}`);
  throw new ReelwayError('CONFIG_INVALID', lines.join('\n'));
}
