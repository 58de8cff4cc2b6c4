-- Staff called everybody until the day on which it was due: what stands on a
-- usual evening is not due yet.
-- grain: one row per task that is due
-- reads: nothing
-- writes: care.follow_up_task, core.call_result
with given as (
    select
        cast(:day as date) as day,
        cast(:load_id as bigint) as load_id
),

called as (
    update care.follow_up_task as tasks
    set
        status = 'done',
        status_reason = 'reached',
        changed_day = greatest(tasks.open_on, tasks.due_on)
    from given
    where tasks.status in ('open', 'postponed') and tasks.due_on <= given.day
    returning
        tasks.store_code,
        tasks.task_key,
        tasks.changed_day
)

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
    called.store_code,
    called.task_key,
    1 as attempt_no,
    called.changed_day + time '02:00' as called_at,
    called.changed_day,
    'reached' as outcome,
    10 as satisfaction,
    sha256(called.task_key::bytea) as row_hash,
    called.changed_day as version_at,
    called.changed_day as version_day,
    given.load_id
from given
cross join called
