import { testKafkaPort } from '../../support/kafka-port.contract';
import { createWorld } from '../../support/world';

describe('kafkajs on a real broker', () => {
  testKafkaPort(() => createWorld({ uses: [] }));
});
