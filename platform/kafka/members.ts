import type { KafkaConsumer } from '../../contracts/model/ports';

/** Several members of a group as one consumer: it is as alive as the one that was heard of the longest ago. */
export const joinMembers = (members: readonly KafkaConsumer[]): KafkaConsumer => ({
  lastHeartbeatAt: () => Math.min(...members.map((member) => member.lastHeartbeatAt())),
  joins: () => Math.max(...members.map((member) => member.joins())),
  assignment: () => {
    const all: Record<string, number[]> = {};
    for (const member of members) {
      for (const [topic, partitions] of Object.entries(member.assignment())) {
        // While the group rebalances a partition may still be known to whom it belonged.
        all[topic] = [...new Set([...(all[topic] ?? []), ...partitions])].sort((left, right) => left - right);
      }
    }
    return all;
  },
  waiting: () => members.flatMap((member) => member.waiting()),
  close: async () => {
    await Promise.all(members.map((member) => member.close()));
  },
});
