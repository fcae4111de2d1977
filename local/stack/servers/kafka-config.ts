import { HOST } from '../ports';

interface Settings {
  readonly port: number;
  readonly controller: number;
  readonly logs: string;
}

/** One node of its own: every internal topic has one replica, and few partitions so that the first use is quick. */
export function kafkaProperties(
  { port, controller, logs }: Settings,
  more: Readonly<Record<string, string>> = {},
): string {
  const [broker, voter] = [`${HOST}:${String(port)}`, `${HOST}:${String(controller)}`];
  const ours: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    // Static voters: the controller may have another port after a restart.
    'controller.quorum.voters': `1@${voter}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://${broker},CONTROLLER://${voter}`,
    'advertised.listeners': `PLAINTEXT://${broker}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': logs,
    // A mistyped topic shall be an error.
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 5,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    // A group of one need not wait for others.
    'group.initial.rebalance.delay.ms': 0,
    // The default of 128 MB is half of our heap.
    'log.cleaner.dedupe.buffer.size': 8 * 1024 * 1024,
    'log.cleaner.threads': 1,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'background.threads': 2,
    'num.recovery.threads.per.data.dir': 2,
  };
  const joined = Object.entries(more).map(([key, value]) => [
    key,
    key in ours ? `${String(ours[key])},${value}` : value,
  ]);
  return Object.entries({ ...ours, ...(Object.fromEntries(joined) as Record<string, string>) })
    .map(([key, value]) => `${key}=${String(value)}\n`)
    .join('');
}

/** Kafka says at INFO that it is ready; the rest only when something is wrong. */
export const LOG4J = `rootLogger.level = WARN
rootLogger.appenderRef.stdout.ref = STDOUT
appender.console.type = Console
appender.console.name = STDOUT
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d %p %m (%c)%n
logger.started.name = kafka.server.KafkaRaftServer
logger.started.level = INFO
logger.app.name = org.apache.kafka.common.utils.AppInfoParser
logger.app.level = ERROR
`;
