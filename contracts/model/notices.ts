import type { ContentType, Decision, Residency } from './status';

/** How a notice reaches people. */
export const CHANNELS = ['PUSH', 'EMAIL', 'IN_APP'] as const;
export type Channel = (typeof CHANNELS)[number];

export const NOTICE_TYPES = [
  'NEW_CONTENT',
  'PAYMENT_FAILED',
  'SUBSCRIPTION_EXPIRING',
  'MODERATION_DECISION',
  'CREATOR_MILESTONE',
] as const;
export type NoticeType = (typeof NOTICE_TYPES)[number];

/** Channels of each type, none of them twice. */
export type Channels = Readonly<Record<NoticeType, readonly Channel[]>>;

/** Money and decisions are worth an e-mail; news is not. */
export const DEFAULT_CHANNELS: Channels = {
  NEW_CONTENT: ['PUSH', 'IN_APP'],
  PAYMENT_FAILED: ['EMAIL', 'IN_APP'],
  SUBSCRIPTION_EXPIRING: ['EMAIL', 'PUSH'],
  MODERATION_DECISION: ['IN_APP', 'EMAIL'],
  CREATOR_MILESTONE: ['PUSH', 'IN_APP'],
};

/** What the template of each type can name. Templates format nothing themselves, so all of it is text. */
export interface NoticeVars {
  NEW_CONTENT: { content_id: string; creator_id: string; title: string; content_type: ContentType };
  /** amount: whole kobo or cents, as billing said it, never rounded. */
  PAYMENT_FAILED: {
    subscription_id: string;
    amount: string;
    currency: string;
    processor: string;
    processor_ref: string;
  };
  /** expires_at: RFC 3339. */
  SUBSCRIPTION_EXPIRING: { subscription_id: string; expires_at: string };
  MODERATION_DECISION: { content_id: string; decision: Decision };
  CREATOR_MILESTONE: { creator_id: string; event_type: string; threshold: string };
}

/**
 * A message to a person: no sequence, identity from user, type and cause. The cause is what happened, without the
 * generation, so that nobody hears of it twice. at: ms since 1970.
 */
export interface NoticeOf<T extends NoticeType> {
  userId: string;
  type: T;
  cause: string;
  at: number;
  vars: NoticeVars[T];
  /** The content it tells of: whose records and rows carry its residency, and its trace. */
  about?: NoticeSubject;
}
export type Notice = { [T in NoticeType]: NoticeOf<T> }[NoticeType];

export interface NoticeSubject {
  contentId: string;
  residency: Residency;
  /** Of the upload, where it had one. */
  traceparent?: string;
}
