import { readFileSync } from 'node:fs';
import { ReelwayError } from '../../contracts/model/errors';

/** The bytes of a file as they are. Throws USAGE. */
export function readPayload(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new ReelwayError('USAGE', `${file} cannot be read.`, {
      cause,
      hint: 'Name a file that holds the whole record value.',
    });
  }
}
