import { fetchKafka, kafkaDir, kafkaOnPath } from '../fetch/kafka';
import { kafkaServer, type KafkaBinaries } from '../servers/kafka';
import { archiveOptions } from '../servers/kafka-archive';
import { javaPath } from '../tools/build-tools';
import { definePart, toFetch, type PartPlan } from './part';

export function kafkaPart(): PartPlan {
  const path = kafkaOnPath();
  return definePart({
    name: 'kafka',
    needs: ['java', ...(path ? [] : toFetch(kafkaDir, ['mvn']))],
    fetch: async (step): Promise<KafkaBinaries> => {
      const libs = path ?? (await fetchKafka(step));
      const java = javaPath() ?? 'java';
      return { java, libs, jvm: await archiveOptions(java, libs, step) };
    },
    start: async (binaries, { dir, ports, kafkaConfig, launch }) => {
      const { spec, brokers } = await kafkaServer(binaries, dir, ports, kafkaConfig);
      await launch(spec);
      return { kafka: { brokers } };
    },
    says: ({ kafka }) => `ready at ${kafka.brokers.join(', ')}`,
  });
}
