import type { Config } from '../../contracts/schema/config';
import type { Taken, WayIn } from '../../operations/dead-letters-way-in';
import { writeJudged } from './intake';
import { judge } from './judge';
import { acceptedSources } from './sources';

/** The way in for a record that comes a second time: the judge, the identities and the inbox of the consumer. */
export const createWayIn = (config: Pick<Config, 'lateFlag' | 'bridge'>): WayIn => ({
  take: async (db, record) => {
    const judged = judge(record, Date.now(), acceptedSources(config.bridge.acceptedSources));
    const { counts, dead } = await writeJudged(db, config, [judged]);
    const [letter] = dead;
    if (letter) return { is: 'dead', code: letter.code, reason: letter.reason };
    const is: Taken['is'] = counts.new > 0 ? 'new' : counts.own > 0 ? 'own' : 'duplicate';
    return { is, eventId: judged.eventId ?? '', contentId: ('contentId' in judged ? judged.contentId : null) ?? '' };
  },
});
