import type { ConsumedTopic } from '../../contracts/model/topics';
import { ROUTES } from './routes';

/** Whether a source_service may send a topic. Null: a flat body, which names nobody and is accepted where it is read. */
export type AcceptsSource = (topic: ConsumedTopic, source: string | null) => boolean;

const ANYBODY = '*';

/** As the routes say, but for the topics that the configuration names. */
export function acceptedSources(configured: Partial<Record<ConsumedTopic, readonly string[]>>): AcceptsSource {
  return (topic, source) => {
    if (source === null) return true;
    const names = configured[topic] ?? ROUTES[topic].sources;
    return names.includes(source) || names.includes(ANYBODY);
  };
}

export const ACCEPTED_BY_DEFAULT = acceptedSources({});
