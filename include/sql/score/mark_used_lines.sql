-- A line that issued a figure may not be edited from then on.
-- grain: one row per policy line used
-- reads: pg_temp.new_line
-- writes: ops.policy_line
update ops.policy_line
set is_used = true
where
    line_id in (select new_line.policy_line from new_line)
    and not is_used
