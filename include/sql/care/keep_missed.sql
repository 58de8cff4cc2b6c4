-- A greeting or invitation that is over and was missed stays so, for the reason
-- it had on its day: numbers, wishes and owners of today say nothing of it.
-- Only a call can tell otherwise, and one that is no news told it already or
-- did not.
-- grain: one row per task that stays as it is
-- reads: care.follow_up_task, pg_temp.night_touched
-- writes: pg_temp.night_task
with night as (
    select
        cast(:day as date) as on_day,
        array['no_answer', 'busy', 'powered_off'] as in_vain
)

update night_task as n
set
    status = t.status,
    status_reason = t.status_reason,
    event_on = t.event_on,
    open_on = t.open_on,
    due_on = t.due_on,
    deadline_on = t.deadline_on,
    expires_on = t.expires_on,
    merged_into = t.merged_into
from night, care.follow_up_task as t -- noqa: AM05
where
    n.task_key = t.task_key
    and t.status = 'missed'
    and t.event in (
        'birthday', 'lunar_birthday', 'festival', 'campaign', 'referral'
    )
    and t.expires_on < night.on_day
    and (
        n.status = 'withdrawn'
        or (
            n.status = 'missed'
            and n.status_reason <> all(night.in_vain)
        )
        or (
            n.status_reason = 'told'
            and exists (
                select 1
                from night_touched as a
                where n.merged_into = a.task_key and a.is_only_asked
            )
        )
    )
