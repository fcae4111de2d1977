import { isGrpcServiceError, type Connection } from '@temporalio/client';

const GRPC_ALREADY_EXISTS = 6;
const GRPC_NOT_FOUND = 5;
const DAY_SECONDS = 24 * 60 * 60;
/** The server's caches learn of a new namespace one after the other. */
const WAIT_MS = 20_000;
const POLL_MS = 100;

/** Creates the namespace unless it is there, and waits until runs can be asked for in it. retentionDays: at least 1. */
export async function ensureNamespace(connection: Connection, namespace: string, retentionDays = 1): Promise<void> {
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: retentionDays * DAY_SECONDS } as never,
    });
  } catch (error) {
    if (codeOf(error) !== GRPC_ALREADY_EXISTS) throw error;
  }
  const giveUpAt = Date.now() + WAIT_MS;
  while (!(await isUsable(connection, namespace))) {
    if (Date.now() > giveUpAt) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function isUsable(connection: Connection, namespace: string): Promise<boolean> {
  try {
    await connection.workflowService.listWorkflowExecutions({ namespace, pageSize: 1 });
    return true;
  } catch (error) {
    if (codeOf(error) !== GRPC_NOT_FOUND) throw error;
    return false;
  }
}

const codeOf = (error: unknown): number | undefined => (isGrpcServiceError(error) ? error.code : undefined);
