-- Half of the sha256 of topic, key and value of the record that brought the identity: the same bytes, read again, need no
-- second look. Null: it came before this column.
ALTER TABLE event_ids ADD COLUMN fingerprint uuid;
