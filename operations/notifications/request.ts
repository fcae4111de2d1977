import { DEFAULT_CHANNELS, type Channels, type Notice } from '../../contracts/model/notices';
import { prepareNotice, type Refused } from '../../platform/events/prepare';
import { insertNotices } from '../../platform/postgres/notices';
import type { PoolClient } from '../../platform/postgres/pool';

/**
 * The platform's Notification Service API: whoever has something to tell a person asks here, within the transaction that
 * makes it true, and the bridge sends it. One notice per user, type and cause; a second one changes nothing.
 * Resolves with those that may not be sent, which are not stored: the others are. channels: of the configuration.
 */
export async function requestNotices(
  db: PoolClient,
  notices: Notice[],
  channels: Channels = DEFAULT_CHANNELS,
): Promise<Refused[]> {
  const prepared = notices.map((notice) => prepareNotice(notice, channels));
  await insertNotices(
    db,
    prepared.flatMap((one) => (one.ok ? [one.row] : [])),
  );
  return prepared.flatMap((one) => (one.ok ? [] : [one.refused]));
}
