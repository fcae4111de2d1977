import { ReelwayError } from '../contracts/model/errors';
import { parseApiPlace, parseConfig, type ApiPlace, type Config, type ConfigProblem } from '../contracts/schema/config';

export type { ApiPlace, Config } from '../contracts/schema/config';

/** The configuration of this process. Throws CONFIG_INVALID that lists every problem at once, without a value. */
export function loadConfig(env: Record<string, string | undefined> = process.env): Config {
  const result = parseConfig(env);
  if (result.ok) return result.config;
  throw invalid(result.problems);
}

/** The admin API that commands go to; null: none is configured. Throws CONFIG_INVALID. */
export function loadApiPlace(env: Record<string, string | undefined> = process.env): ApiPlace | null {
  const result = parseApiPlace(env);
  if (result.ok) return result.place;
  throw invalid(result.problems);
}

const invalid = (problems: ConfigProblem[]): ReelwayError =>
  new ReelwayError('CONFIG_INVALID', problems.map(({ name, message }) => `${name} ${message}`).join('\n'));
