-- Where the bridge stopped by itself, until a person lets it go on. scope: a topic/partition, or "starts".
CREATE TABLE bridge_pauses (
  scope text PRIMARY KEY,
  code text NOT NULL,
  reason text NOT NULL,
  since timestamptz NOT NULL DEFAULT now(),
  resumed_at timestamptz,
  -- Of a partition: records up to here were looked at by that person, and pass.
  passes_through bigint
);

-- The offset after the last record that was taken in, per partition; it never goes back.
CREATE TABLE partition_watermarks (
  topic text NOT NULL,
  partition integer NOT NULL,
  next_offset bigint NOT NULL,
  -- Set when records below next_offset came again, with the lowest of them.
  went_back_at timestamptz,
  went_back_to bigint,
  PRIMARY KEY (topic, partition)
);
