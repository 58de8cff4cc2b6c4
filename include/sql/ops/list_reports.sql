-- grain: one row per stage, period and part
-- reads: ops.stage_report
-- writes: –
select
    stage,
    partition_key,
    part,
    counts,
    reported_at
from ops.stage_report
where
    stage = any(:stages)
    and partition_key = any(:keys)
order by partition_key, stage, part
