-- Every task that was done was done with one call. Of a hundred customers, one
-- was not content and one nearly so; work inside the house asks nobody.
-- grain: one row per task
-- reads: care.follow_up_task
-- writes: core.call_result
insert into core.call_result (
    store_code,
    task_key,
    attempt_no,
    called_at,
    called_on,
    outcome,
    satisfaction,
    row_hash,
    version_at,
    version_day,
    load_id
)
select
    tasks.store_code,
    tasks.task_key,
    1 as attempt_no,
    tasks.changed_day + time '02:00' as called_at,
    tasks.changed_day,
    'reached' as outcome,
    case
        when tasks.channel = 'internal' then null
        else
            case bench_draw('content ' || tasks.task_key, 100)
                when 0 then 4
                when 1 then 6
                else 10
            end
    end as satisfaction,
    sha256(tasks.task_key::bytea) as row_hash,
    tasks.changed_day as version_at,
    tasks.changed_day as version_day,
    cast(:load_id as bigint) as load_id
from care.follow_up_task as tasks
where
    tasks.status = 'done'
    and not exists (
        select 1
        from core.call_result as known
        where tasks.task_key = known.task_key
    )
