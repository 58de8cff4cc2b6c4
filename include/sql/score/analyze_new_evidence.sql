-- The rows behind the month's lines, for those who read them next.
-- grain: nothing
-- reads: pg_temp.new_evidence
-- writes: nothing
analyze new_evidence
