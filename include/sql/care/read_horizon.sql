-- The last night whose tasks were judged. A night that is run again, or late,
-- is judged as of that night, so that the order of nights does not matter.
-- grain: one row
-- reads: ops.stage_report
-- writes: –
select cast(max(partition_key) as date) as horizon
from ops.stage_report
where stage = 'tasks'
