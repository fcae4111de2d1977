import { NativeConnection } from '@temporalio/worker';
import type { Activities } from '../../contracts/model/work';
import { openOperations, type OpenOperations } from '../../operations/deps';
import { lockOrInsertContent, writeSnapshot } from '../../platform/postgres/content-state';
import { inTransaction } from '../../platform/postgres/pool';
import { createCrew, type Crew } from './crew';
import { bundleLifecycle } from './lab';
import { quietRuntime } from './quiet-runtime';
import type { World } from './world';

/** The real bundle on a real Temporal, with fake activities whose announcements reach a real Postgres. */
export interface RealCrew extends Crew {
  deps: OpenOperations;
  close(): Promise<void>;
}

export async function createRealCrew(world: World): Promise<RealCrew> {
  quietRuntime();
  const { address, namespace } = world.config.temporal;
  const connection = await NativeConnection.connect({ address });
  const crew = createCrew({ client: world.temporal.client, connection, namespace }, await bundleLifecycle());
  const deps = openOperations(world.config, world.log);
  return {
    ...crew,
    deps,
    withWorkers: (fakes, test) => crew.withWorkers({ announce: announcer(world), ...fakes }, test),
    close: async () => {
      await deps.close();
      await connection.close();
    },
  };
}

const announcer = ({ pool }: World): Activities['announce'] => {
  return async ({ snapshot, closing }) => {
    await inTransaction(pool, async (client) => {
      await lockOrInsertContent(client, snapshot);
      await writeSnapshot(client, snapshot, closing);
    });
    return { refused: [] };
  };
};
