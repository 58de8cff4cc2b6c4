-- A withdrawn task whose reason changes keeps its changed_day: months that
-- are scored late ask on which day it was withdrawn.
-- grain: one row per changed task
-- reads: pg_temp.night_change, pg_temp.night_task, pg_temp.night_verdict,
--   care.follow_up_task
-- writes: care.follow_up_task
with night as (
    select cast(:day as date) as on_day
)

insert into care.follow_up_task as held (
    task_key,
    store_code,
    rule_id,
    pack,
    document_kind,
    document_no,
    occurrence,
    vin,
    event_on,
    open_on,
    due_on,
    deadline_on,
    expires_on,
    contact_kind,
    contact_check,
    contact_digest,
    owner_role,
    owner_no,
    channel,
    script_id,
    script_version,
    priority,
    status,
    status_reason,
    late_reason,
    policy_line,
    policy_digest,
    made_day,
    listed_day,
    changed_day
)
select
    n.task_key,
    n.store_code,
    n.rule_id,
    n.pack,
    n.document_kind,
    n.document_no,
    n.occurrence,
    n.vin,
    n.event_on,
    n.open_on,
    n.due_on,
    n.deadline_on,
    n.expires_on,
    n.contact_kind,
    n.contact_check,
    n.contact_digest,
    n.owner_role,
    v.owner_no,
    n.channel,
    n.script_id,
    n.script_version,
    n.priority,
    v.status,
    v.status_reason,
    v.late_reason,
    n.policy_line,
    n.policy_digest,
    n.made_day,
    case
        when c.is_listed then night.on_day
        else k.listed_day
    end as listed_day,
    night.on_day as changed_day
from night
cross join night_change as c
inner join night_task as n on c.task_key = n.task_key
inner join night_verdict as v on c.task_key = v.task_key
left join care.follow_up_task as k on c.task_key = k.task_key
on conflict (task_key) do update
    set
        pack = excluded.pack,
        vin = excluded.vin,
        event_on = excluded.event_on,
        open_on = excluded.open_on,
        due_on = excluded.due_on,
        deadline_on = excluded.deadline_on,
        expires_on = excluded.expires_on,
        contact_kind = excluded.contact_kind,
        contact_check = excluded.contact_check,
        contact_digest = excluded.contact_digest,
        owner_role = excluded.owner_role,
        owner_no = excluded.owner_no,
        channel = excluded.channel,
        script_id = excluded.script_id,
        script_version = excluded.script_version,
        priority = excluded.priority,
        status = excluded.status,
        status_reason = excluded.status_reason,
        late_reason = excluded.late_reason,
        policy_line = excluded.policy_line,
        policy_digest = excluded.policy_digest,
        listed_day = excluded.listed_day,
        changed_day = case
            when held.status = 'withdrawn' and excluded.status = 'withdrawn'
                then held.changed_day
            else excluded.changed_day
        end,
        version = held.version + 1
