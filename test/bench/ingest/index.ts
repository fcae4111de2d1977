import type { Bench } from '../bench';
import { withStack } from '../stack';
import { FAN_OUT_TARGETS, measureFanOut } from './fanout';
import { HTTP_TARGETS, measureHttp } from './http';
import { projectorBench } from './projector';

/** What comes in beside the media topics, and the notices that go out. */
export const ingestBench: Bench = {
  about: 'ingest over HTTP against a bare upsert, counting against a bare consumer, notices against a bare producer',
  targets: { ...HTTP_TARGETS, projector: 0.5, ...FAN_OUT_TARGETS },
  run: (options) =>
    withStack(options, async () => {
      const http = await measureHttp(options);
      const projector = await projectorBench(options);
      const fanout = await measureFanOut(options);
      return {
        ratios: { ...http.ratios, projector: projector.ratio, ...fanout.ratios },
        figures: { ...http.figures, ...fanout.figures },
        ...{ http, projector, fanout },
      };
    }),
};
