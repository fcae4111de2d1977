import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';

/** Updates through the SDK, so many at once; nothing is checked, audited or paced. */
export async function bareUpdates(
  client: Client,
  update: string,
  workflowIds: string[],
  atOnce: number,
): Promise<void> {
  let next = 0;
  const takeTurns = async (): Promise<void> => {
    for (let id = workflowIds[next++]; id !== undefined; id = workflowIds[next++]) {
      const command = { commandId: randomUUID(), actor: 'bench', reason: 'bench' };
      await client.workflow.getHandle(id).executeUpdate(update, { args: [command] });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, takeTurns));
}
