-- What people did about a dead letter is shown with it.
CREATE INDEX audit_letter ON audit ((args ->> 'letter')) WHERE args ->> 'letter' IS NOT NULL;
-- Contents that should have a run, page by page; few of all that there ever were.
CREATE INDEX contents_open ON contents (content_id) WHERE phase = 'open';
