-- grain: one row per stage of the night and its part
-- reads: ops.stage_report
-- writes: –
select
    stage,
    part,
    counts
from ops.stage_report
where
    partition_key = :day
    and stage in ('pull', 'tasks', 'push', 'read_back', 'draft')
order by stage, part
