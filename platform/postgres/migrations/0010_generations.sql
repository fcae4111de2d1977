-- Commands on finished content and what they came to, so that the same command id again gets the same answer.
CREATE TABLE content_commands (
  command_id text PRIMARY KEY,
  content_id text NOT NULL,
  verb       text NOT NULL,
  actor      text NOT NULL,
  reason     text NOT NULL,
  at         timestamptz NOT NULL DEFAULT now(),
  refused    text,                        -- code; null: it was carried out
  message    text,                        -- of the refusal
  generation integer                      -- that it began; null: none
);
CREATE INDEX content_commands_content ON content_commands (content_id, at);

-- How a generation ended; null while it has not, and for those that ended before these columns were.
ALTER TABLE generations ADD COLUMN ended_at timestamptz, ADD COLUMN outcome text;

-- Told by a command and by no run: sent at once, whatever became of the run.
ALTER TABLE milestones ADD COLUMN commanded boolean NOT NULL DEFAULT false;
CREATE INDEX milestones_commanded ON milestones (content_id) WHERE sent_at IS NULL AND commanded;

-- What was planned for a source, so that a later generation can encode it without a second look.
ALTER TABLE sources ADD COLUMN ladder jsonb;

-- Collected, and its objects are not known to be gone: the next collection removes them.
ALTER TABLE outputs ADD COLUMN objects_left boolean NOT NULL DEFAULT false;
CREATE INDEX outputs_objects_left ON outputs (content_id) WHERE objects_left;

-- Few at any time: starts that are not acknowledged, and open contents that were taken down.
CREATE INDEX contents_starting ON contents (content_id) WHERE phase = 'starting';
CREATE INDEX contents_taken_down ON contents (content_id) WHERE removed_at IS NOT NULL AND phase = 'open';
