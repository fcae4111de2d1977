import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { contentIdOf } from '../../contracts/model/ids';
import { fetchHistory } from '../replay/corpus';

/**
 * Names the folder that gets the histories of every item with a `history` name, when a world closes. Unset: none are
 * kept. This is how the replay corpus is made, by hand, from the end-to-end tests; the tests that replay it never do.
 */
const RECORD_VARIABLE = 'REELWAY_RECORD_HISTORIES';

const named = new Map<string, string>();

export const nameHistory = (contentId: string, name: string): void => {
  named.set(contentId, name);
};

export async function recordHistories(client: Client, namespace: string): Promise<void> {
  const folder = process.env[RECORD_VARIABLE];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  for await (const run of client.workflow.list({ query: '' })) {
    const name = named.get(contentIdOf(run.workflowId));
    if (name === undefined) continue;
    const json = await fetchHistory(client, run.workflowId, run.runId);
    writeFileSync(join(folder, `${name}-${run.runId.slice(0, 4)}.json`), json.replaceAll(namespace, 'default'));
  }
}
