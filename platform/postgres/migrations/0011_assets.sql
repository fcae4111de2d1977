-- What another service last said of the media of an episode. An update stands where (version, READY, body_hash) is the
-- greatest that came; what it leaves out stays as it was.
CREATE TABLE media_assets (
  episode_id         text PRIMARY KEY,          -- the content id, a UUID
  version            timestamptz NOT NULL,      -- when the update happened, as its sender says
  body_hash          bytea NOT NULL,
  status             text NOT NULL,
  manifest_url       text,
  thumbnail_url      text,
  variants           jsonb,
  captions           jsonb,
  fallback_art_url   text,
  source_upload_id   text,
  streaming_asset_id text,
  reason             text,
  residency          text,                      -- of its content; null: nobody has said it yet
  cacheable          boolean NOT NULL GENERATED ALWAYS AS (status = 'READY') STORED,
  created_at         timestamptz NOT NULL DEFAULT now(),
  updated_at         timestamptz NOT NULL DEFAULT now()
);

-- Updates that came after a newer one, and changed nothing.
CREATE TABLE asset_conflicts (
  id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  episode_id       text NOT NULL,
  version          timestamptz NOT NULL,
  status           text NOT NULL,
  body_hash        bytea NOT NULL,
  standing_version timestamptz NOT NULL,
  standing_status  text NOT NULL,
  residency        text,
  times            integer NOT NULL DEFAULT 1,
  first_at         timestamptz NOT NULL DEFAULT now(),
  last_at          timestamptz NOT NULL DEFAULT now(),
  UNIQUE (episode_id, version, body_hash)
);

-- How often the very same record was refused again.
ALTER TABLE dead_letters ADD COLUMN repeats integer NOT NULL DEFAULT 0;
