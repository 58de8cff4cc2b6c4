-- Nobody is contacted on a number that ended another task because nobody
-- answers it, or because it is wrong, unless the document gave it again since.
-- What was over by then was missed for another reason, whenever somebody looks.
-- grain: one row per task that is held
-- reads: pg_temp.night_task, pg_temp.night_subject, pg_temp.night_number,
--   care.follow_up_task
-- writes: pg_temp.night_task
with tried as (
    select
        task_key,
        status_reason,
        tried_hash,
        tried_on
    from night_task
    where tried_hash is not null
    union all
    select
        t.task_key,
        t.status_reason,
        t.tried_hash,
        t.tried_on
    from night_subject as s
    inner join care.follow_up_task as t on s.contact_hash = t.tried_hash
    where
        not exists (
            select 1
            from night_task as n
            where n.task_key = t.task_key
        )
),

unreachable as (
    select
        s.task_key,
        bool_and(t.status_reason <> 'unreachable') as is_wrong
    from night_subject as s
    inner join tried as t
        on s.contact_hash = t.tried_hash and s.task_key <> t.task_key
    inner join night_task as n
        on s.task_key = n.task_key and t.tried_on <= n.expires_on
    left join night_number as g on s.task_key = g.task_key
    where
        s.problem is null
        and coalesce(g.given_on, date '-infinity') <= t.tried_on
    group by s.task_key
)

update night_task as n
set
    status = case n.status when 'missed' then 'missed' else 'held' end,
    status_reason = case
        when u.is_wrong then 'wrong_number' else 'unreachable'
    end
from unreachable as u
where
    n.task_key = u.task_key
    and (
        n.status = 'open'
        or n.status_reason in ('paused', 'not_called')
    )
