import { createKafka } from '../../platform/kafka/kafka';
import { eventually } from '../support/eventually';
import { TestFailure } from '../support/test-failure';
import type { World } from '../support/world';

/** The broker's coordinator writes down every change of a group here. */
const COORDINATOR_LOG = '__consumer_offsets';
/** Version of the keys of group metadata; lower ones are committed offsets. */
const GROUP_METADATA = 2;
/** The last version of the values that is laid out as below. */
const LAST_VERSION = 3;

/** One entry about a group: who is in it from here on. */
export interface GroupEntry {
  generation: number;
  /** Member ids, sorted. */
  members: string[];
}

/** Every entry of the broker's coordinator log about the bridge's group of this world, in order. */
export async function coordinatorLog(world: World): Promise<GroupEntry[]> {
  const kafka = createKafka({ ...world.config.kafka, topicPrefix: '' }, world.log);
  const entries: GroupEntry[] = [];
  const next = new Map<number, number>();
  const groupId = `look-${world.name}-${String(Date.now())}`;
  try {
    const ends = await kafka.lag(groupId, COORDINATOR_LOG);
    const consumer = await kafka.consume({
      groupId,
      topics: [COORDINATOR_LOG],
      onBatch: (records) => {
        for (const { partition, offset, key, value } of records) {
          next.set(partition, Number(offset) + 1);
          if (key && value && groupOf(key) === world.config.kafka.groupId) entries.push(toEntry(value));
        }
        return Promise.resolve();
      },
    });
    await eventually('the coordinator log is read', () =>
      ends.every(({ partition, high }) => (next.get(partition) ?? 0) >= Number(high)),
    );
    await consumer.close();
    return entries;
  } finally {
    await kafka.close();
  }
}

const groupOf = (key: Buffer): string | null => {
  const fields = reader(key);
  return fields.int16() === GROUP_METADATA ? fields.text() : null;
};

function toEntry(value: Buffer): GroupEntry {
  const fields = reader(value);
  const version = fields.int16();
  if (version > LAST_VERSION) throw new TestFailure(`group metadata of version ${String(version)} is not known`);
  fields.text(); // type of protocol
  const generation = fields.int32();
  fields.text(); // protocol
  fields.text(); // leader
  if (version >= 2) fields.over(8); // when
  const members = Array.from({ length: fields.int32() }, () => {
    const memberId = fields.text() ?? '';
    if (version >= 3) fields.text(); // id of the instance
    fields.text(); // client
    fields.text(); // host
    fields.over(version >= 1 ? 8 : 4); // time-outs
    fields.over(fields.int32()); // subscription
    fields.over(fields.int32()); // assignment
    return memberId;
  });
  return { generation, members: members.sort() };
}

/** Kafka's own layout: big-endian numbers, texts behind their length, -1 for none. */
function reader(bytes: Buffer) {
  let at = 0;
  const over = (count: number): number => {
    at += count;
    return at - count;
  };
  const int16 = (): number => bytes.readInt16BE(over(2));
  const text = (): string | null => {
    const length = int16();
    return length < 0 ? null : bytes.toString('utf8', over(length), at);
  };
  return { over, int16, text, int32: () => bytes.readInt32BE(over(4)) };
}
