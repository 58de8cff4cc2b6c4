-- What the steps of a period counted.
-- grain: one row per step and part
-- reads: ops.stage_report
-- writes: nothing
select
    stage,
    part,
    counts,
    reported_at
from ops.stage_report
where partition_key = :partition_key
order by reported_at, stage, part
