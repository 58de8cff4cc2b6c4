-- What a target rejected as the mapping is, and somebody still needs, in the
-- shape in which messages are claimed; nothing of it counts as acknowledged.
-- grain: one row per message
-- reads: outbound.newest_message, outbound.message, care.follow_up_task,
--   core.complaint
-- writes: –
select
    n.message_id,
    n.entity,
    n.external_key,
    n.version,
    n.action,
    n.store_code,
    n.task_key,
    n.complaint_no,
    n.month,
    n.work_day,
    n.attempts,
    n.state as was,
    false as is_in_doubt,
    true as is_unsettled,
    true as was_tried,
    coalesce(t.vin, t.document_no, k.vin) as subject
from outbound.newest_message as n
left join care.follow_up_task as t on n.task_key = t.task_key
left join core.complaint as k
    on n.store_code = k.store_code and n.complaint_no = k.complaint_no
where
    n.target = :target -- noqa: RF02
    and n.state = 'rejected'
    and n.action = 'upsert'
    and n.mapping_digest = :mapping_digest -- noqa: RF02
    and (
        (t.status = 'open' and t.expires_on >= :today) -- noqa: RF02
        or n.complaint_no is not null
        or n.month is not null
        or n.entity = 'contact'
    )
order by n.message_id
