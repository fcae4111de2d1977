-- What other services told about users, payments and assets: stored once per event id, not (yet) routed to a run. Rows
-- are deleted in bounded steps when no copy of their record can be read again.
CREATE TABLE observations (
  row_id       bigint PRIMARY KEY,       -- of inbox_row_ids, the same as in event_ids
  topic        text NOT NULL,
  partition    integer NOT NULL,
  kafka_offset bigint NOT NULL,
  event_id     text NOT NULL,            -- lower case
  business_key text NOT NULL,            -- the same key is the same fact, also under another event id
  entity_id    text,                     -- whom or what it is about; null: several
  at           timestamptz NOT NULL,     -- when it happened, never later than when we read it
  payload      jsonb NOT NULL,           -- as validated, without fields that we do not know
  raw          bytea NOT NULL,           -- the bytes as they came
  taken_at     timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz NOT NULL
);
-- For projections, which read a topic in the order of its rows and know the business key of what they counted.
CREATE INDEX observations_topic ON observations (topic, row_id);
CREATE INDEX observations_expiry ON observations (expires_at);
