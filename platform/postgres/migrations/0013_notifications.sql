-- What people are told, one row per user and cause, with the exact bytes: the first wording stands.
CREATE TABLE notices (
  event_id     text PRIMARY KEY,
  position     bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  user_id      text NOT NULL,
  type         text NOT NULL,
  content_id   text,                     -- that it tells of; null: none
  residency    text,                     -- of that content
  value        bytea NOT NULL,
  headers      jsonb NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  sent_at      timestamptz,              -- null: not known to be in Kafka
  partition    integer,
  kafka_offset bigint
);
CREATE INDEX notices_unsent ON notices (position) WHERE sent_at IS NULL;
CREATE INDEX notices_content ON notices (content_id) WHERE content_id IS NOT NULL;

-- Who is subscribed to whom: the last change by its own time, in whatever order changes come. Pages of a fan-out follow
-- the ids byte by byte, whatever the collation of the database.
CREATE TABLE subscriptions (
  creator_id text COLLATE "C" NOT NULL,
  user_id    text COLLATE "C" NOT NULL,
  state      text NOT NULL CHECK (state IN ('SUBSCRIBED', 'UNSUBSCRIBED')),
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (creator_id, user_id)
);
CREATE INDEX subscriptions_subscribed ON subscriptions (creator_id, user_id) WHERE state = 'SUBSCRIBED';

-- What changed before this table was there, as long as it is remembered.
INSERT INTO subscriptions (creator_id, user_id, state, changed_at)
SELECT DISTINCT ON (1, 2) payload ->> 'creator_id', payload ->> 'user_id', payload ->> 'action', at
FROM observations WHERE topic = 'engagement.subscription.changed'
ORDER BY 1, 2, at DESC, payload ->> 'action' DESC;

-- The last payment of each subscription, and for which payment's period its end was told.
CREATE TABLE subscription_terms (
  subscription_id text COLLATE "C" PRIMARY KEY,
  user_id         text NOT NULL,
  paid_at         timestamptz NOT NULL,
  settled_for     timestamptz            -- paid_at when it was told, or was too late to tell
);
CREATE INDEX subscription_terms_due ON subscription_terms (paid_at) WHERE settled_for IS DISTINCT FROM paid_at;

INSERT INTO subscription_terms (subscription_id, user_id, paid_at)
SELECT DISTINCT ON (1) payload ->> 'subscription_id', payload ->> 'subscriber_id', at
FROM observations WHERE topic = 'payment.events' AND payload ->> 'event_type' = 'payment.processed'
ORDER BY 1, at DESC, payload ->> 'subscriber_id';

-- New content and how far its subscribers have been told; one row per content for ever, so that none is told twice.
CREATE TABLE fanouts (
  content_id   text PRIMARY KEY,
  creator_id   text NOT NULL,
  title        text NOT NULL,
  content_type text NOT NULL,
  residency    text NOT NULL,
  channels     text[] NOT NULL,
  at           timestamptz NOT NULL,
  traceparent  text,
  cursor       text COLLATE "C" NOT NULL DEFAULT '',  -- the last subscriber that was told
  told         bigint NOT NULL DEFAULT 0,
  total        bigint,                   -- subscribers when it began; null: not begun
  tried_at     timestamptz,              -- when its run was last started, or found running
  ended_at     timestamptz,
  stopped      text                      -- visibility that ended it; null: everybody was told
);
CREATE INDEX fanouts_open ON fanouts (tried_at) WHERE ended_at IS NULL;

-- What was published before subscribers were told of anything is no news.
INSERT INTO fanouts (content_id, creator_id, title, content_type, residency, channels, at, total, ended_at)
SELECT c.content_id, coalesce(c.creator_id, ''), coalesce(c.title, ''), coalesce(c.content_type, 'VIDEO'),
  coalesce(c.residency, 'GLOBAL'), '{}', c.published_at, 0, now()
FROM contents c WHERE c.published_at IS NOT NULL;
