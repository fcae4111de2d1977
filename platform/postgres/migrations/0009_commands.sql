-- What people did to a content in work: who holds it, how soon its work is taken, which failure a retry answers now.
ALTER TABLE contents ADD COLUMN held jsonb;
ALTER TABLE contents ADD COLUMN priority smallint NOT NULL DEFAULT 3;
ALTER TABLE contents ADD COLUMN attempt text;
-- Moderation was skipped: nobody has looked, so the decision answers no flag, whoever took it.
ALTER TABLE decisions ADD COLUMN skipped boolean NOT NULL DEFAULT false;
