import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The folder with our package.json. Code runs from the sources (jest, tsx) and from dist/; what is not compiled
 * (.sql files, bin/) is found from here in both cases, because tsc copies only what it compiles.
 */
export function packageRoot(from: string = __dirname): string {
  return existsSync(join(from, 'package.json')) || dirname(from) === from ? from : packageRoot(dirname(from));
}
