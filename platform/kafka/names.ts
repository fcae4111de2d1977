/** Between contract names and the names on the broker: several worlds share one broker by a prefix. */
export interface TopicNames {
  onBroker: (name: string) => string;
  /** The contract name, also of a name without our prefix. */
  ofContract: (name: string) => string;
}

export function topicNames(prefix: string): TopicNames {
  return {
    onBroker: (name) => `${prefix}${name}`,
    ofContract: (name) => (name.startsWith(prefix) ? name.slice(prefix.length) : name),
  };
}
