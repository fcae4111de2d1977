import type { Channels } from '../../contracts/model/notices';
import { requestNotices } from '../notifications/request';
import type { Notify } from './count-events';

/** Creators hear of their milestones, each once, also where what was counted is counted again from nothing. */
export const tellCreators =
  (channels: Channels): Notify =>
  async (db, notices) => {
    await requestNotices(db, notices, channels);
  };
