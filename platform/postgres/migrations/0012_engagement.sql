-- What was counted, by the UTC day of the event's own time, so that a repeat finds it whenever it comes. Days are made
-- ahead and dropped when the window is over; the default takes what no day was made for.
CREATE TABLE seen (
  day          date NOT NULL,
  identity     uuid NOT NULL,
  payload_hash bigint NOT NULL, -- another one under the same identity is another event
  seen_at      timestamptz NOT NULL DEFAULT now(),
  -- With seen_at it tells a transaction which rows are its own; after a restore alone it would not.
  tx           xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (day, identity)
) PARTITION BY RANGE (day);
CREATE TABLE seen_default PARTITION OF seen DEFAULT;
-- Events without a time of their own, forgotten by their age here.
CREATE TABLE seen_timeless PARTITION OF seen FOR VALUES FROM ('0001-01-01') TO ('0001-01-02');
CREATE INDEX seen_timeless_age ON seen_timeless (seen_at);

-- Sums change often and grow rarely: room on each page lets an update stay on it.
CREATE TABLE content_totals (
  content_id    text NOT NULL,
  event_type    text NOT NULL,
  events        bigint NOT NULL,
  watch_seconds numeric NOT NULL,
  residency     text,           -- of its content; null: nobody has said it yet
  PRIMARY KEY (content_id, event_type)
) WITH (fillfactor = 50);

CREATE TABLE creator_totals (
  creator_id    text NOT NULL,
  event_type    text NOT NULL,
  events        bigint NOT NULL,
  watch_seconds numeric NOT NULL,
  PRIMARY KEY (creator_id, event_type)
) WITH (fillfactor = 50);

CREATE TABLE content_metrics (
  content_id text PRIMARY KEY,
  score      numeric NOT NULL,
  rating_sum numeric NOT NULL,
  ratings    bigint NOT NULL,
  likes      numeric NOT NULL,
  views      numeric NOT NULL,
  residency  text,
  change     bigint NOT NULL DEFAULT 1,   -- grows with each change
  written    bigint NOT NULL DEFAULT 0    -- the change that Redis has
) WITH (fillfactor = 50);
CREATE INDEX content_metrics_unwritten ON content_metrics (content_id) WHERE change > written;

-- One row: who writes the rankings into Redis, and what it was asked for.
CREATE TABLE ranking_writer (
  one         boolean PRIMARY KEY DEFAULT true CHECK (one),
  writer      bigint NOT NULL DEFAULT 0,   -- grows with each process that takes over; fences those before it
  wanted      bigint NOT NULL DEFAULT 0,   -- grows with each rebuild that is asked for
  done        bigint NOT NULL DEFAULT 0,   -- the newest of them that is done
  rebuilt_at  timestamptz,
  members     bigint,                      -- of catalog:trending, at that time
  seen_at     timestamptz,                 -- the writer's last sign of life
  trouble     text                         -- why it does not get on; null: it does
);
INSERT INTO ranking_writer DEFAULT VALUES;

-- When a partition was found to end below its watermark: its topic was made anew.
ALTER TABLE partition_watermarks ADD COLUMN recreated_at timestamptz;
