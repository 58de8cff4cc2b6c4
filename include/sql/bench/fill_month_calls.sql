-- What became of a month's calls. Who was reached gives points; some people
-- leave more of their customers discontented than others do.
-- grain: one row per attempt
-- reads: care.follow_up_task
-- writes: core.call_result
with
made as (
    select
        store_code,
        task_key,
        open_on,
        changed_day,
        owner_no,
        status_reason,
        case bench_draw('late ' || task_key, 50)
            when 0 then 3
            else 0
        end as late_by,
        case
            when status_reason = 'no_answer' then 2
            when bench_draw('again ' || task_key, 10) = 0 then 2
            else 1
        end as attempts
    from care.follow_up_task
    where status_reason <> 'not_called'
)

insert into core.call_result (
    store_code,
    task_key,
    attempt_no,
    called_at,
    called_on,
    outcome,
    caller_no,
    satisfaction,
    row_hash,
    version_at,
    version_day,
    load_id
)
select
    tasks.store_code,
    tasks.task_key,
    attempts.attempt_no,
    tasks.open_on + attempts.attempt_no + tasks.late_by + time '02:00'
        as called_at,
    tasks.open_on + attempts.attempt_no + tasks.late_by as called_on,
    case
        when attempts.attempt_no < tasks.attempts then 'no_answer'
        else tasks.status_reason
    end as outcome,
    tasks.owner_no as caller_no,
    case
        when
            tasks.status_reason = 'reached'
            and attempts.attempt_no = tasks.attempts
            then case
                when
                    bench_draw('points ' || tasks.task_key, 100)
                    < bench_draw('care ' || tasks.owner_no, 18)
                    then 4 + bench_draw('low ' || tasks.task_key, 3)
                else 7 + bench_draw('high ' || tasks.task_key, 4)
            end
    end as satisfaction,
    sha256(tasks.task_key::bytea) as row_hash,
    tasks.changed_day as version_at,
    tasks.changed_day as version_day,
    cast(:load_id as bigint) as load_id -- noqa: RF02
from made as tasks
cross join generate_series(1, tasks.attempts) as attempts (attempt_no)
