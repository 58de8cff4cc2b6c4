-- A withdrawn task whose reason changes keeps its changed_day: months that
-- are scored late ask on which day it was withdrawn.
-- grain: one row per older task that changed
-- reads: pg_temp.night_change, pg_temp.night_task
-- writes: care.follow_up_task
with night as (
    select cast(:day as date) as on_day
)

update care.follow_up_task as held
set
    pack = n.pack,
    vin = n.vin,
    event_on = n.event_on,
    open_on = n.open_on,
    due_on = n.due_on,
    deadline_on = n.deadline_on,
    expires_on = n.expires_on,
    contact_kind = n.contact_kind,
    contact_check = n.contact_check,
    contact_digest = n.contact_digest,
    owner_role = n.owner_role,
    owner_no = n.owner_no,
    about = n.about,
    purpose = n.purpose,
    is_mergeable = n.is_mergeable,
    is_counted = n.is_counted,
    is_face_to_face = n.is_face_to_face,
    channel = n.channel,
    preferred_slot = n.preferred_slot,
    merged_into = n.merged_into,
    also = n.also,
    attempts = n.attempts,
    next_attempt_on = n.next_attempt_on,
    next_attempt_half = n.next_attempt_half,
    tried_hash = n.tried_hash,
    tried_on = n.tried_on,
    script_id = n.script_id,
    script_version = n.script_version,
    priority = n.priority,
    status = n.status,
    status_reason = n.status_reason,
    late_reason = n.late_reason,
    policy_line = n.policy_line,
    policy_digest = n.policy_digest,
    arrived_day = n.arrived_day,
    made_day = n.made_day,
    listed_day = case
        when c.is_listed then night.on_day else held.listed_day
    end,
    changed_day = case
        when held.status = 'withdrawn' and n.status = 'withdrawn'
            then held.changed_day
        else night.on_day
    end,
    version = held.version + 1
from night
cross join night_change as c
inner join night_task as n on c.task_key = n.task_key
where
    held.task_key = c.task_key
    and c.old_status is not null
