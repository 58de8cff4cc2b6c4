-- grain: one row: what scoring a month reported
-- reads: ops.stage_report
-- writes: nothing
select counts
from ops.stage_report
where
    stage = 'scorecards'
    and partition_key = :month
    and part = ''
