-- A row per content and per creator, all types in it: a batch of events changes a fraction of the rows that it would with a
-- row per type. The sums by type are read from the views.
-- Before anything is read: what a projector adds meanwhile would be dropped with the tables.
LOCK TABLE content_totals, creator_totals IN ACCESS EXCLUSIVE MODE;

CREATE TABLE content_counts (
  content_id                      text PRIMARY KEY,
  residency                       text,           -- of its content; null: nobody has said it yet
  media_started                   bigint NOT NULL,
  media_started_seconds           numeric NOT NULL,
  media_completed                 bigint NOT NULL,
  media_completed_seconds         numeric NOT NULL,
  media_liked                     bigint NOT NULL,
  media_liked_seconds             numeric NOT NULL,
  media_shared                    bigint NOT NULL,
  media_shared_seconds            numeric NOT NULL,
  media_disliked                  bigint NOT NULL,
  media_disliked_seconds          numeric NOT NULL,
  media_skipped                   bigint NOT NULL,
  media_skipped_seconds           numeric NOT NULL,
  media_replay                    bigint NOT NULL,
  media_replay_seconds            numeric NOT NULL,
  media_added_to_playlist         bigint NOT NULL,
  media_added_to_playlist_seconds numeric NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX content_counts_unsaid ON content_counts (content_id) WHERE residency IS NULL;

CREATE TABLE creator_counts (
  creator_id                      text PRIMARY KEY,
  media_started                   bigint NOT NULL,
  media_started_seconds           numeric NOT NULL,
  media_completed                 bigint NOT NULL,
  media_completed_seconds         numeric NOT NULL,
  media_liked                     bigint NOT NULL,
  media_liked_seconds             numeric NOT NULL,
  media_shared                    bigint NOT NULL,
  media_shared_seconds            numeric NOT NULL,
  media_disliked                  bigint NOT NULL,
  media_disliked_seconds          numeric NOT NULL,
  media_skipped                   bigint NOT NULL,
  media_skipped_seconds           numeric NOT NULL,
  media_replay                    bigint NOT NULL,
  media_replay_seconds            numeric NOT NULL,
  media_added_to_playlist         bigint NOT NULL,
  media_added_to_playlist_seconds numeric NOT NULL
) WITH (fillfactor = 50);

INSERT INTO content_counts SELECT content_id, max(residency),
  coalesce(sum(events) FILTER (WHERE event_type = 'media_started'), 0),
  coalesce(sum(watch_seconds) FILTER (WHERE event_type = 'media_started'), 0),
  coalesce(sum(events) FILTER (WHERE event_type = 'media_completed'), 0),
  coalesce(sum(watch_seconds) FILTER (WHERE event_type = 'media_completed'), 0),
  coalesce(sum(events) FILTER (WHERE event_type = 'media_liked'), 0),
  coalesce(sum(watch_seconds) FILTER (WHERE event_type = 'media_liked'), 0),
  coalesce(sum(events) FILTER (WHERE event_type = 'media_shared'), 0),
  coalesce(sum(watch_seconds) FILTER (WHERE event_type = 'media_shared'), 0),
  coalesce(sum(events) FILTER (WHERE event_type = 'media_disliked'), 0),
  coalesce(sum(watch_seconds) FILTER (WHERE event_type = 'media_disliked'), 0),
  coalesce(sum(events) FILTER (WHERE event_type = 'media_skipped'), 0),
  coalesce(sum(watch_seconds) FILTER (WHERE event_type = 'media_skipped'), 0),
  coalesce(sum(events) FILTER (WHERE event_type = 'media_replay'), 0),
  coalesce(sum(watch_seconds) FILTER (WHERE event_type = 'media_replay'), 0),
  coalesce(sum(events) FILTER (WHERE event_type = 'media_added_to_playlist'), 0),
  coalesce(sum(watch_seconds) FILTER (WHERE event_type = 'media_added_to_playlist'), 0)
FROM content_totals GROUP BY content_id;

INSERT INTO creator_counts SELECT creator_id,
  coalesce(sum(events) FILTER (WHERE event_type = 'media_started'), 0),
  coalesce(sum(watch_seconds) FILTER (WHERE event_type = 'media_started'), 0),
  coalesce(sum(events) FILTER (WHERE event_type = 'media_completed'), 0),
  coalesce(sum(watch_seconds) FILTER (WHERE event_type = 'media_completed'), 0),
  coalesce(sum(events) FILTER (WHERE event_type = 'media_liked'), 0),
  coalesce(sum(watch_seconds) FILTER (WHERE event_type = 'media_liked'), 0),
  coalesce(sum(events) FILTER (WHERE event_type = 'media_shared'), 0),
  coalesce(sum(watch_seconds) FILTER (WHERE event_type = 'media_shared'), 0),
  coalesce(sum(events) FILTER (WHERE event_type = 'media_disliked'), 0),
  coalesce(sum(watch_seconds) FILTER (WHERE event_type = 'media_disliked'), 0),
  coalesce(sum(events) FILTER (WHERE event_type = 'media_skipped'), 0),
  coalesce(sum(watch_seconds) FILTER (WHERE event_type = 'media_skipped'), 0),
  coalesce(sum(events) FILTER (WHERE event_type = 'media_replay'), 0),
  coalesce(sum(watch_seconds) FILTER (WHERE event_type = 'media_replay'), 0),
  coalesce(sum(events) FILTER (WHERE event_type = 'media_added_to_playlist'), 0),
  coalesce(sum(watch_seconds) FILTER (WHERE event_type = 'media_added_to_playlist'), 0)
FROM creator_totals GROUP BY creator_id;

DROP TABLE content_totals;
DROP TABLE creator_totals;

CREATE VIEW content_totals AS
SELECT content_id, event_type, events, watch_seconds, residency
FROM content_counts, LATERAL (VALUES
  ('media_started', media_started, media_started_seconds),
  ('media_completed', media_completed, media_completed_seconds),
  ('media_liked', media_liked, media_liked_seconds),
  ('media_shared', media_shared, media_shared_seconds),
  ('media_disliked', media_disliked, media_disliked_seconds),
  ('media_skipped', media_skipped, media_skipped_seconds),
  ('media_replay', media_replay, media_replay_seconds),
  ('media_added_to_playlist', media_added_to_playlist, media_added_to_playlist_seconds)
) AS by_type (event_type, events, watch_seconds) WHERE events > 0;

CREATE VIEW creator_totals AS
SELECT creator_id, event_type, events, watch_seconds
FROM creator_counts, LATERAL (VALUES
  ('media_started', media_started, media_started_seconds),
  ('media_completed', media_completed, media_completed_seconds),
  ('media_liked', media_liked, media_liked_seconds),
  ('media_shared', media_shared, media_shared_seconds),
  ('media_disliked', media_disliked, media_disliked_seconds),
  ('media_skipped', media_skipped, media_skipped_seconds),
  ('media_replay', media_replay, media_replay_seconds),
  ('media_added_to_playlist', media_added_to_playlist, media_added_to_playlist_seconds)
) AS by_type (event_type, events, watch_seconds) WHERE events > 0;
