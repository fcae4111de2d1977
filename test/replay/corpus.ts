import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';

const CORPUS = join(__dirname, 'histories');

/** A history as the Temporal UI downloads it. */
export interface StoredHistory {
  name: string;
  events: { eventType: string; [attributes: string]: unknown }[];
}

export function readCorpus(folder = CORPUS): StoredHistory[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({
      name: file.replace(/\.json$/, ''),
      ...(JSON.parse(readFileSync(join(folder, file), 'utf8')) as { events: StoredHistory['events'] }),
    }));
}

/** Stack traces and identities name folders, processes and the host that recorded; replay looks at neither. */
const withoutTheMachine = (key: string, value: unknown): unknown => {
  if (key === 'stackTrace') return '';
  const named = key === 'identity' || (typeof value === 'string' && /^\d+@/.test(value));
  return named ? 'recorded' : value;
};

/** The history of a run, as it is stored in the corpus. */
export async function fetchHistory(client: Client, workflowId: string, runId?: string): Promise<string> {
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  return `${JSON.stringify(JSON.parse(historyToJSON(history)), withoutTheMachine, 1)}\n`;
}
