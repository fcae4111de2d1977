import { createFakeKafka } from '../../support/fake-kafka';
import { testKafkaPort } from '../../support/kafka-port.contract';

describe('the Kafka in memory', () => {
  testKafkaPort(() => {
    const kafka = createFakeKafka();
    return Promise.resolve({ name: 'fake', kafka, close: () => kafka.close() });
  });
});
