-- offset 0: task by task, and never the calls of all years.
-- grain: one row per task and attempt
-- reads: pg_temp.night_task, core.call_result
-- writes: pg_temp.night_call
insert into night_call (
    task_key,
    attempt_no,
    called_at,
    called_on,
    outcome
)
select
    n.task_key,
    c.attempt_no,
    c.called_at,
    c.called_on,
    c.outcome
from night_task as n
inner join lateral (
    select k.*
    from core.call_result as k
    where n.task_key = k.task_key and k.called_on <= cast(:horizon as date)
    offset 0 -- noqa: AM09
) as c on true
