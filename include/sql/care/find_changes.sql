-- Tasks that are new or differ from what is kept. A finished task keeps the
-- dates and people it was finished with (until when nobody answered goes on:
-- keep_tried); a new script or policy digest alone is no reason to send a task
-- again.
-- A task comes onto the list when it is new, may be worked on again, or could
-- not be worked on after it had been finished; once a night. offset 0: task by
-- task, and never those of all years.
-- grain: one row per task to write
-- reads: pg_temp.night_task, care.follow_up_task
-- writes: pg_temp.night_change
with night as (
    select cast(:day as date) as on_day
),

compared as (
    select
        n.task_key,
        t.status as old_status,
        n.status as new_status,
        n.status_reason,
        t.listed_day,
        t.task_key is null as is_new,
        (
            (n.status, n.status_reason)
            is distinct from (t.status, t.status_reason)
        ) as has_other_status,
        (
            (n.event_on, n.open_on, n.due_on, n.deadline_on, n.expires_on)
            is distinct from
            (t.event_on, t.open_on, t.due_on, t.deadline_on, t.expires_on)
        ) as has_other_dates,
        (
            (
                n.vin, n.contact_kind, n.contact_digest, n.owner_role,
                n.owner_no, n.channel, n.script_id, n.priority, n.policy_line,
                n.preferred_slot, n.merged_into, n.also, n.attempts,
                n.next_attempt_on, n.next_attempt_half
            )
            is distinct from
            (
                t.vin, t.contact_kind, t.contact_digest, t.owner_role,
                t.owner_no, t.channel, t.script_id, t.priority, t.policy_line,
                t.preferred_slot, t.merged_into, t.also, t.attempts,
                t.next_attempt_on, t.next_attempt_half
            )
        ) as has_other_facts
    from night_task as n
    left join lateral (
        select k.*
        from care.follow_up_task as k
        where n.task_key = k.task_key
        offset 0 -- noqa: AM09
    ) as t on true
)

insert into night_change (
    task_key,
    old_status,
    new_status,
    status_reason,
    is_moved,
    is_listed
)
select
    c.task_key,
    c.old_status,
    c.new_status,
    c.status_reason,
    c.has_other_dates and not c.is_new as is_moved,
    (c.is_new and c.new_status <> 'withdrawn')
    or (
        c.listed_day <> night.on_day
        and (
            (c.new_status = 'open' and c.old_status <> 'open')
            or (
                c.new_status in ('held', 'postponed')
                and c.old_status in ('withdrawn', 'missed', 'done')
            )
        )
    ) as is_listed
from night
cross join compared as c
where
    c.is_new
    or c.has_other_status
    or (c.has_other_dates and c.new_status not in ('done', 'withdrawn'))
    or (c.has_other_facts and c.new_status in ('open', 'held', 'postponed'))
