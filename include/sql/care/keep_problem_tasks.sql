-- Tasks with nothing left to follow up stay as they were; only their status
-- will differ.
-- grain: one row per task
-- reads: pg_temp.night_subject, care.follow_up_task
-- writes: pg_temp.night_task
insert into night_task (
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
    late_reason,
    policy_line,
    policy_digest,
    made_day,
    called_until,
    problem
)
select
    t.task_key,
    t.store_code,
    t.rule_id,
    t.pack,
    t.document_kind,
    t.document_no,
    t.occurrence,
    t.vin,
    t.event_on,
    t.open_on,
    t.due_on,
    t.deadline_on,
    t.expires_on,
    t.contact_kind,
    t.contact_check,
    t.contact_digest,
    t.owner_role,
    t.owner_no,
    t.channel,
    t.script_id,
    t.script_version,
    t.priority,
    t.late_reason,
    t.policy_line,
    t.policy_digest,
    t.made_day,
    t.expires_on as called_until,
    s.problem
from night_subject as s
inner join care.follow_up_task as t on s.task_key = t.task_key
where s.problem is not null
