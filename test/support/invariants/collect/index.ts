import type { World } from '../../world';
import type { Facts } from '../types';
import { collectMachine, collectSecrets } from './machine';
import { collectPostgres } from './postgres';
import { collectTemporal } from './temporal';
import { collectKafka } from './wire';

/**
 * Everything the checker looks at. Kafka before Postgres: what is committed must be known there by then. Temporal before
 * Postgres as well: a run tells Postgres of its state a moment later.
 */
export async function collectFacts(world: World): Promise<Facts> {
  const kafka = await collectKafka(world.kafka, world.config.kafka.groupId);
  const runs = await collectTemporal(world.temporal);
  return {
    ...kafka,
    runs,
    ...(await collectPostgres(world.pool)),
    ...collectMachine(world),
    secrets: await collectSecrets(world),
  };
}
