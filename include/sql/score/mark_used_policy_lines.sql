-- A line that stands behind a proposal may not be edited from then on.
-- grain: one row per policy line used
-- reads: nothing
-- writes: ops.policy_line
update ops.policy_line
set is_used = true
where
    line_id = any(:lines)
    and not is_used
