import { isCounted } from '../../contracts/model/topics';
import type { Config } from '../../contracts/schema/config';
import type { Taken, WayIn } from '../../operations/dead-letters-way-in';
import { tellCreators } from '../../operations/engagement/notify';
import { countAgain } from '../projector/way-in';
import { writeJudged } from './intake';
import { judge } from './judge';
import { acceptedSources } from './sources';

/** The way in for a record that comes a second time: the judge, the identities and the inbox or counts of its consumer. */
export const createWayIn = (config: Pick<Config, 'lateFlag' | 'bridge' | 'projector' | 'notifications'>): WayIn => ({
  take: async (db, record) => {
    const accepts = acceptedSources(config.bridge.acceptedSources);
    const { channels } = config.notifications;
    if (isCounted(record.topic)) {
      const { creatorMilestones: milestones } = config.projector;
      return countAgain(db, { milestones, notify: tellCreators(channels) }, record, accepts);
    }
    const judged = judge(record, Date.now(), accepts);
    const { counts, dead } = await writeJudged(db, { ...config, channels }, [judged]);
    const [letter] = dead;
    if (letter) return { is: 'dead', code: letter.code, reason: letter.reason };
    const is: Taken['is'] = counts.new > 0 ? 'new' : counts.own > 0 ? 'own' : 'duplicate';
    return { is, eventId: judged.eventId ?? '', contentId: ('contentId' in judged ? judged.contentId : null) ?? '' };
  },
});
