-- What people did about a dead letter is shown with it.
CREATE INDEX audit_letter ON audit ((args ->> 'letter')) WHERE args ->> 'letter' IS NOT NULL;
-- The list of what needs an admin, newest change first, is read in the order of its index, which has nothing else in it.
DROP INDEX contents_attention;
CREATE INDEX contents_attention ON contents (updated_at DESC, content_id) WHERE attention;
-- Contents that should have a run, page by page; few of all that there ever were.
CREATE INDEX contents_open ON contents (content_id) WHERE phase = 'open';
