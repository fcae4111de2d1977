-- What a command of a run came to, written after its answer: beside its audit row, which was there before the deed and never
-- changes. A repeat after an unknown outcome adds another.
CREATE TABLE audit_outcomes (
  outcome_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  audit_id   bigint NOT NULL REFERENCES audit,
  at         timestamptz NOT NULL DEFAULT now(),
  outcome    text NOT NULL CHECK (outcome IN ('done', 'refused', 'unknown')),
  code       text                                  -- why it was refused, or is unknown
);
CREATE INDEX audit_outcomes_of ON audit_outcomes (audit_id, outcome_id);
CREATE TRIGGER audit_outcomes_append_only BEFORE UPDATE OR DELETE ON audit_outcomes
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
