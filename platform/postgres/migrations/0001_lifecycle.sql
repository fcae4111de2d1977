-- One row per content, for ever: the permanent memory of what was started and how it ended.
CREATE TABLE contents (
  content_id        text PRIMARY KEY,
  -- draft: registered, no upload. starting: a start was sent, not acknowledged. open: a run exists. terminal: ended.
  phase             text NOT NULL CHECK (phase IN ('draft', 'starting', 'open', 'terminal')),
  creator_id        text,
  title             text,
  description       text,
  categories        text[] NOT NULL DEFAULT '{}',
  tags              text[] NOT NULL DEFAULT '{}',
  language          text,
  content_type      text,
  residency         text,
  metadata_version  integer NOT NULL DEFAULT 0,   -- 0: never registered
  generation        integer NOT NULL DEFAULT 0,
  revision          integer NOT NULL DEFAULT 0,
  upload_session_id text,
  revision_at       timestamptz,                  -- timestamp of the upload event the revision is about
  state_version     bigint NOT NULL DEFAULT 0,
  stage             text,
  status            text NOT NULL DEFAULT 'DRAFT',
  visibility        text NOT NULL DEFAULT 'HIDDEN',
  attention         boolean NOT NULL DEFAULT false,
  failure_code      text,
  since             timestamptz NOT NULL DEFAULT now(),
  stages            jsonb NOT NULL DEFAULT '[]',
  renditions        jsonb NOT NULL DEFAULT '[]',
  hls_manifest      text,
  dash_manifest     text,
  cek_id            text,
  transcoded        jsonb,                        -- the renditions that count, as announced; a later generation takes them over
  open_flags        integer NOT NULL DEFAULT 0,
  decision_id       text,
  published_at      timestamptz,
  removed_at        timestamptz,
  made_visible_by   text,                         -- the publication that made it visible, so that its repeat is known
  withdrawn_generation integer,                   -- fence: a late publish of this generation is refused
  sequence          bigint NOT NULL DEFAULT 0,    -- last sequence given to a milestone
  created_at        timestamptz NOT NULL DEFAULT now(),
  updated_at        timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX contents_attention ON contents (since) WHERE attention;
CREATE INDEX contents_listing ON contents (updated_at DESC, content_id);

-- A start is a row first: number and cause are fixed before Temporal is called.
CREATE TABLE generations (
  content_id  text NOT NULL,
  generation  integer NOT NULL,
  cause       text NOT NULL,          -- 'upload:<session>', 'flag:<flag key>'
  input       jsonb NOT NULL,         -- policy and what is carried over, as sent to the start
  created_at  timestamptz NOT NULL DEFAULT now(),
  started_at  timestamptz,            -- acknowledged by Temporal
  PRIMARY KEY (content_id, generation),
  UNIQUE (content_id, cause)
);

-- Every upload session that was announced, for ever: what a later generation works on when the payloads are gone.
CREATE TABLE uploads (
  content_id        text NOT NULL,
  upload_session_id text NOT NULL,
  creator_id        text NOT NULL,
  raw_key           text NOT NULL,
  residency         text NOT NULL,
  content_type      text NOT NULL,
  uploaded_at       timestamptz NOT NULL,   -- the event's own timestamp
  PRIMARY KEY (content_id, upload_session_id)
);

-- The memory of identities; outlives the payloads in inbox.
CREATE TABLE event_ids (
  consumer     text NOT NULL,
  event_id     text NOT NULL,         -- lower case
  payload_hash bytea NOT NULL,
  row_id       bigint NOT NULL,
  topic        text NOT NULL,
  content_id   text,
  outcome      text,
  code         text,
  repeats      integer NOT NULL DEFAULT 0,
  expires_at   timestamptz NOT NULL,
  PRIMARY KEY (consumer, event_id)
);
CREATE INDEX event_ids_row ON event_ids (row_id);
CREATE INDEX event_ids_content ON event_ids (content_id);
CREATE INDEX event_ids_expiry ON event_ids (expires_at);

CREATE SEQUENCE inbox_row_ids;
CREATE TABLE inbox (
  row_id       bigint NOT NULL DEFAULT nextval('inbox_row_ids'),
  received_day date NOT NULL DEFAULT current_date,
  received_at  timestamptz NOT NULL DEFAULT now(),
  status       text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'parked', 'done', 'dead')),
  ordering_key text NOT NULL,         -- the content id
  topic        text NOT NULL,
  partition    integer,
  kafka_offset bigint,
  record_key   bytea,
  headers      jsonb NOT NULL DEFAULT '{}',
  event_id     text NOT NULL,
  occurred_at  timestamptz NOT NULL,
  fact         jsonb NOT NULL,        -- the fact as it goes to the run, without its row id
  raw          bytea NOT NULL,
  code         text,                  -- why it is not plainly open: parked for what, dead of what, handed back for what
  parked_clock bigint,                -- what the clock of the upload route showed when the row was parked, ms
  PRIMARY KEY (row_id, received_day)
) PARTITION BY RANGE (received_day);
CREATE TABLE inbox_default PARTITION OF inbox DEFAULT;
CREATE INDEX inbox_open ON inbox (ordering_key, row_id) WHERE status = 'open';
CREATE INDEX inbox_parked ON inbox (ordering_key, row_id) WHERE status = 'parked';
CREATE INDEX inbox_parked_age ON inbox (parked_clock) WHERE status = 'parked';

-- How long a route has been up to date, ms. It stands still while the route lags or no bridge runs, so that a fact does
-- not die of waiting for an upload that we have not read yet.
CREATE TABLE route_clocks (
  topic   text PRIMARY KEY,
  ran_ms  bigint NOT NULL DEFAULT 0,
  seen_at timestamptz NOT NULL DEFAULT now()
);

-- One lock row per ordering key. due_at: when the key may be claimed next; null: nothing is open. A claim moves due_at
-- behind its lease, so a key whose holder died comes back by itself. lease: who may still park and release.
-- arrivals grows with each row that comes in: a holder that saw fewer leaves the key due.
CREATE TABLE inbox_keys (
  ordering_key text PRIMARY KEY,
  due_at       timestamptz,
  lease        uuid,
  arrivals     bigint NOT NULL DEFAULT 0,
  attempts     integer NOT NULL DEFAULT 0,
  last_code    text
);
CREATE INDEX inbox_keys_due ON inbox_keys (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE dead_letters (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at           timestamptz NOT NULL DEFAULT now(),
  consumer     text NOT NULL,
  topic        text NOT NULL,
  partition    integer NOT NULL,
  kafka_offset bigint NOT NULL,
  record_key   bytea,
  value        bytea,
  headers      jsonb NOT NULL DEFAULT '{}',
  event_id     text,
  content_id   text,
  row_id       bigint,
  code         text NOT NULL,
  reason       text NOT NULL,
  resolved_at  timestamptz            -- when it was opened again; null: still dead
);
-- The hash is in it because a topic that was made anew has the same offsets with other records.
CREATE UNIQUE INDEX dead_letters_record ON dead_letters (consumer, topic, partition, kafka_offset, code, md5(coalesce(value, '')));
CREATE INDEX dead_letters_content ON dead_letters (content_id);

-- Flags raised on a content. cleared_by: the decision id, or why it no longer counts.
CREATE TABLE flags (
  content_id  text NOT NULL,
  flag_key    text NOT NULL,
  flags       jsonb NOT NULL,
  priority    text NOT NULL,
  source      text NOT NULL,
  flagged_at  timestamptz NOT NULL,
  cleared_by  text,
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (content_id, flag_key)
);

CREATE TABLE decisions (
  decision_id text PRIMARY KEY,
  content_id  text NOT NULL,
  generation  integer NOT NULL,
  revision    integer NOT NULL,
  decision    text NOT NULL,
  actor       text NOT NULL,
  reason      text NOT NULL,
  decided_at  timestamptz NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX decisions_content ON decisions (content_id, decided_at);

-- What a run told others. Rows without a sequence are notices to people.
CREATE TABLE milestones (
  event_id       text PRIMARY KEY,
  content_id     text NOT NULL,
  generation     integer NOT NULL,
  topic          text NOT NULL,
  milestone      text NOT NULL,
  ordinal        integer NOT NULL,
  sequence       bigint,
  topic_sequence bigint,
  record_key     text NOT NULL,
  payload_hash   bytea NOT NULL,
  value          bytea NOT NULL,       -- the exact bytes, so that a repeat is the same
  headers        jsonb NOT NULL DEFAULT '{}',
  created_at     timestamptz NOT NULL DEFAULT now(),
  sent_at        timestamptz,
  partition      integer,
  kafka_offset   bigint,
  UNIQUE (content_id, sequence)
);
CREATE INDEX milestones_content ON milestones (content_id, sequence);
CREATE INDEX milestones_unsent ON milestones (content_id) WHERE sent_at IS NULL;

-- The raw object of each upload; the first row with a sha256 is the original.
CREATE TABLE sources (
  source_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  content_id  text NOT NULL,
  generation  integer NOT NULL,
  revision    integer NOT NULL,
  raw_key     text NOT NULL,
  creator_id  text NOT NULL,
  residency   text NOT NULL,
  sha256      text,
  bytes       bigint,
  probe       jsonb,
  created_at  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (content_id, generation, revision)
);
CREATE INDEX sources_sha256 ON sources (sha256, source_id);
CREATE INDEX sources_raw_key ON sources (raw_key);

-- What a stage made, recorded before its activity returns and looked up by the next attempt.
CREATE TABLE outputs (
  content_id  text NOT NULL,
  generation  integer NOT NULL,
  revision    integer NOT NULL,
  stage       text NOT NULL,
  variant     text NOT NULL,
  input_hash  text NOT NULL,
  keys        text[] NOT NULL,
  sha256      text NOT NULL,
  bytes       bigint NOT NULL,
  attempt     integer NOT NULL,
  meta        jsonb NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  removed_at  timestamptz,
  PRIMARY KEY (content_id, generation, revision, stage, variant, input_hash)
);

-- Content-encryption keys, wrapped by the key-encryption key named in kek_id.
CREATE TABLE content_keys (
  cek_id      text PRIMARY KEY,
  content_id  text NOT NULL,
  package_set text NOT NULL,
  kek_id      text NOT NULL,
  wrapped     bytea NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (content_id, package_set)
);

-- Append-only: what people commanded, written before it is carried out.
CREATE TABLE audit (
  audit_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at          timestamptz NOT NULL DEFAULT now(),
  command_id  text,
  content_id  text,
  actor       text NOT NULL,
  verb        text NOT NULL,
  reason      text NOT NULL,
  args        jsonb NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX audit_command ON audit (command_id) WHERE command_id IS NOT NULL;
CREATE INDEX audit_content ON audit (content_id, audit_id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit is append-only';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
