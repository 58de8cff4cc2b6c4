-- Tasks that are new or differ from what is kept. A finished task keeps the
-- dates and people it was finished with; a new script or policy digest alone
-- is no reason to send a task again.
-- A task comes onto the list when it is new, may be worked on again, or could
-- not be worked on after it had been finished; once a night.
-- grain: one row per task to write
-- reads: pg_temp.night_task, pg_temp.night_verdict, care.follow_up_task
-- writes: pg_temp.night_change
with night as (
    select cast(:day as date) as on_day
),

verdicts as (
    select
        n.task_key,
        v.status,
        v.status_reason,
        jsonb_build_array(
            n.event_on, n.open_on, n.due_on, n.deadline_on, n.expires_on
        ) as dates,
        jsonb_build_array(
            n.vin, n.contact_kind, n.contact_digest, n.owner_role, v.owner_no,
            n.channel, n.script_id, n.priority, n.policy_line
        ) as facts
    from night_task as n
    inner join night_verdict as v on n.task_key = v.task_key
),

kept as (
    select
        t.task_key,
        t.status,
        t.status_reason,
        t.listed_day,
        jsonb_build_array(
            t.event_on, t.open_on, t.due_on, t.deadline_on, t.expires_on
        ) as dates,
        jsonb_build_array(
            t.vin, t.contact_kind, t.contact_digest, t.owner_role, t.owner_no,
            t.channel, t.script_id, t.priority, t.policy_line
        ) as facts
    from night_task as n
    inner join care.follow_up_task as t on n.task_key = t.task_key
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
    v.task_key,
    k.status as old_status,
    v.status as new_status,
    v.status_reason,
    coalesce(v.dates <> k.dates, false) as is_moved,
    k.task_key is null
    or (
        k.listed_day <> night.on_day
        and (
            (v.status = 'open' and k.status <> 'open')
            or (
                v.status in ('held', 'postponed')
                and k.status in ('withdrawn', 'missed', 'done')
            )
        )
    ) as is_listed
from night
cross join verdicts as v
left join kept as k on v.task_key = k.task_key
where
    k.task_key is null
    or v.status <> k.status
    or v.status_reason is distinct from k.status_reason
    or (v.dates <> k.dates and v.status not in ('done', 'withdrawn'))
    or (v.facts <> k.facts and v.status in ('open', 'held', 'postponed'))
