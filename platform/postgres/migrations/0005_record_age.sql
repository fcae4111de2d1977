-- The Kafka record's own time, ms since 1970; null: it has none. What is too old when it comes in begins nothing.
ALTER TABLE inbox ADD COLUMN record_ms bigint;
