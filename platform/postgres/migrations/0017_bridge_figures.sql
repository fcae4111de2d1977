-- The newest time of a record that was taken of the partition, ms since 1970; null: none said one.
ALTER TABLE partition_watermarks ADD COLUMN record_ms bigint;
-- What the operator's status asks for, without reading all dead letters.
CREATE INDEX dead_letters_reused ON dead_letters (id) WHERE code = 'EVENT_ID_REUSED' AND resolved_at IS NULL;
