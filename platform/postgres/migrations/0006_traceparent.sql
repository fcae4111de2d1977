-- W3C trace context of the event that announced the upload; null: it had none, or none that is valid.
ALTER TABLE uploads ADD COLUMN traceparent text;
