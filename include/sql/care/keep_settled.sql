-- A late night judges by what is known now. What nights in order settled of a
-- reminder that is over stays as they settled it, where only other documents
-- say otherwise: that the customer came, renewed, agreed on a visit, bought, or
-- sold the car since. What its own document says, and calls, count as ever. A
-- service's date is worked out of many visits: that it lies later now is no
-- news of a reminder that was missed.
-- grain: one row per task that stays as it is
-- reads: care.follow_up_task
-- writes: pg_temp.night_task
with night as (
    select
        cast(:day as date) as on_day,
        cast(:horizon as date) as horizon,
        array[
            'came_again', 'renewed', 'booked', 'sold_again', 'other_owner',
            'bought'
        ] as said_by_others
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
    merged_into = t.merged_into,
    tried_hash = t.tried_hash,
    tried_on = t.tried_on
from night, care.follow_up_task as t -- noqa: AM05
where
    night.on_day < night.horizon
    and n.task_key = t.task_key
    and t.expires_on <= night.horizon
    and t.event not in (
        'delivery', 'registration', 'workshop_exit', 'trouble_told'
    )
    and (
        t.event in ('first_service_due', 'service_due', 'last_visit')
        or n.expires_on <= night.horizon
    )
    and case
        when t.status = 'withdrawn'
            then
                t.status_reason = any(night.said_by_others)
                and n.status <> 'done'
        when t.status = 'missed' or t.status_reason = 'unreachable'
            then
                n.status in ('open', 'held', 'postponed')
                or (
                    n.status = 'withdrawn'
                    and n.status_reason = any(night.said_by_others)
                )
    end
