-- grain: one row per policy line used for the first time
-- reads: –
-- writes: ops.policy_line
update ops.policy_line
set is_used = true
where line_id = any(cast(:line_ids as text[])) and not is_used
