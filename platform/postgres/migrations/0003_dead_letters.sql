-- What people did about a dead letter, beside the record itself, which never changes.
ALTER TABLE dead_letters
  ADD COLUMN record_ms      bigint,                      -- the record's own time, ms since 1970
  ADD COLUMN redrives       integer NOT NULL DEFAULT 0,  -- tries, whatever became of them
  ADD COLUMN redriven_at    timestamptz,                 -- the last try
  ADD COLUMN last_command   text,                        -- the command of the last try
  ADD COLUMN last_code      text,                        -- why the last try failed; null: it did not
  ADD COLUMN quarantined_at timestamptz,
  ADD COLUMN discarded_at   timestamptz;                 -- comes with resolved_at: an upload does not open it again

ALTER TABLE dead_letters
  ADD COLUMN status text NOT NULL GENERATED ALWAYS AS (
    CASE WHEN discarded_at IS NOT NULL THEN 'discarded'
         WHEN resolved_at IS NOT NULL THEN 'redriven'
         WHEN quarantined_at IS NOT NULL THEN 'quarantined'
         ELSE 'open' END) STORED;

-- Lists page by id; each filter that is given alone finds its rows in the order of the pages.
CREATE INDEX dead_letters_unresolved ON dead_letters (id) WHERE resolved_at IS NULL;
CREATE INDEX dead_letters_status ON dead_letters (status, id);
CREATE INDEX dead_letters_topic ON dead_letters (topic, id);
CREATE INDEX dead_letters_code ON dead_letters (code, id);
CREATE INDEX dead_letters_at ON dead_letters (at, id);

-- Corrected bytes; the newest counts. The original stays in dead_letters.
CREATE TABLE dead_letter_corrections (
  letter_id  bigint NOT NULL REFERENCES dead_letters (id),
  ordinal    integer NOT NULL,
  at         timestamptz NOT NULL DEFAULT now(),
  command_id text NOT NULL,
  actor      text NOT NULL,
  reason     text NOT NULL,
  value      bytea NOT NULL,
  PRIMARY KEY (letter_id, ordinal)
);
