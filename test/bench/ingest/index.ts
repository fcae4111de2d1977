import type { Bench } from '../bench';
import { withStack } from '../stack';
import { projectorBench } from './projector';

/** What comes in beside the media topics. */
export const ingestBench: Bench = {
  about: 'engagement counted from Kafka, against a bare consumer',
  targets: { projector: 0.5 },
  run: (options) =>
    withStack(options, async () => {
      const projector = await projectorBench(options);
      return { ratios: { projector: projector.ratio }, figures: {}, projector };
    }),
};
