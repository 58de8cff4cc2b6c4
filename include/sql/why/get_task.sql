-- A task and its store, the campaign that it is of, and who approved the words
-- with which it was made. Whom it is about is told by the end of the VIN only.
-- grain: at most one row
-- reads: care.follow_up_task, core.store, care.campaign, ops.script_approval
-- writes: –
select
    t.task_key,
    t.store_code,
    s.name as store_name,
    t.pack,
    t.rule_id,
    t.occurrence,
    t.event,
    t.document_kind,
    t.document_no,
    t.event_on,
    t.open_on,
    t.due_on,
    t.deadline_on,
    t.expires_on,
    t.late_reason,
    t.contact_kind,
    t.contact_check,
    t.owner_role,
    t.owner_no,
    t.channel,
    t.about,
    t.purpose,
    t.is_mergeable,
    t.merged_into,
    t.preferred_slot,
    t.script_id,
    t.script_version,
    t.priority,
    t.status,
    t.status_reason,
    t.policy_line,
    t.policy_digest,
    t.version,
    t.made_day,
    t.listed_day,
    t.changed_day,
    k.campaign_code,
    k.subject as campaign_subject,
    k.started_by,
    k.started_at,
    k.stopped_by,
    k.stopped_at,
    a.approved_by,
    a.approved_at,
    repeat('*', length(t.vin) - least(4, length(t.vin) / 4))
    || right(t.vin, least(4, length(t.vin) / 4)) as vin_masked
from care.follow_up_task as t
inner join core.store as s on t.store_code = s.store_code
left join care.campaign as k
    on t.event = 'campaign' and t.occurrence = k.campaign_no
left join ops.script_approval as a
    on t.script_id = a.script_id and t.script_version = a.script_version
where t.task_key = :task_key -- noqa: RF02
