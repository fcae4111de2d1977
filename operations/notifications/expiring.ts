import type { Notice } from '../../contracts/model/notices';
import type { ExpiringReport } from '../../contracts/model/work';
import type { Config } from '../../contracts/schema/config';
import { inTransaction, type Pool } from '../../platform/postgres/pool';
import { claimExpiring, type Expiring } from '../../platform/postgres/subscription-terms';
import { requestNotices } from './request';

/** Of one transaction: a payment for one of them waits that long. */
const PAGE = 500;

interface ExpiringDeps {
  pool: Pool;
  config: Pick<Config, 'notifications'>;
}

/**
 * Requests a notice for every subscription that ends soon, once per period, page by page. The period is ours: the event of
 * a payment does not say it. One that ended before anybody could say so is passed over and counted.
 */
export async function tellExpiring({ pool, config }: ExpiringDeps): Promise<ExpiringReport> {
  const { channels, subscriptionPeriodMs: periodMs, subscriptionNoticeMs: noticeMs } = config.notifications;
  const report: ExpiringReport = { told: 0, expired: 0 };
  for (;;) {
    const claimed = await inTransaction(pool, async (db) => {
      const page = await claimExpiring(db, { periodMs, noticeMs, limit: PAGE });
      const ending = page.filter(({ over }) => !over);
      await requestNotices(db, ending.map(toNotice(noticeMs)), channels);
      report.told += ending.length;
      report.expired += page.length - ending.length;
      return page.length;
    });
    if (claimed < PAGE) return report;
  }
}

/** The cause is the period and not the look: its end moves with each payment, and then it is another one. */
const toNotice =
  (noticeMs: number) =>
  ({ subscriptionId, userId, expiresAt }: Expiring): Notice => {
    const end = new Date(expiresAt).toISOString();
    return {
      userId,
      type: 'SUBSCRIPTION_EXPIRING',
      cause: JSON.stringify([subscriptionId, end]),
      at: expiresAt - noticeMs,
      vars: { subscription_id: subscriptionId, expires_at: end },
    };
  };
