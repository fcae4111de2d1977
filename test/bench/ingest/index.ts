import type { Bench } from '../bench';
import { withStack } from '../stack';
import { FAN_OUT_TARGETS, measureFanOut } from './fanout';

export const ingestBench: Bench = {
  about: 'notices of new content to 100,000 subscribers against a bare batched producer',
  targets: { ...FAN_OUT_TARGETS },
  run: (options) => withStack(options, () => measureFanOut(options)),
};
