import { ReelwayError } from '../contracts/model/errors';
import { readEncoded } from '../platform/postgres/content-details';
import { readContent } from '../platform/postgres/contents';
import type { OperationsDeps } from './deps';
import { checkContentId } from './input';
import { observeRun, type RunView } from './run';
import { describeRow, type ShownRendition, type ShownStage } from './show';
import type { ContentSummary } from './views';

/** Where a content stands now: what `watch` asks for again and again, so it costs two small queries and one look at the run. */
export interface ContentGlance extends ContentSummary {
  stages: ShownStage[];
  renditions: ShownRendition[];
  run: RunView;
}

/** Throws CONTENT_NOT_FOUND. */
export async function glance(deps: OperationsDeps, contentId: string): Promise<ContentGlance> {
  const row = await readContent(deps.pool, checkContentId(contentId));
  if (!row) throw new ReelwayError('CONTENT_NOT_FOUND', `There is no content ${contentId}.`);
  const [run, encoded] = await Promise.all([observeRun(deps, row), readEncoded(deps.pool, row)]);
  return { ...describeRow(row, run, encoded), run };
}
