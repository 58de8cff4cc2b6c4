-- What a target rejected goes again by another mapping, and a task or complaint
-- whose contact was rejected when the contact waits or was taken. Only the
-- newest message of a key counts, and of a task only where there is still
-- somebody to be called. Other work may stand on a contact when the task that
-- its message was written for is over; where none does, it is not sent.
-- grain: one row per message that is sent again
-- reads: outbound.newest_message, care.follow_up_task, core.complaint
-- writes: outbound.message
update outbound.message as m
set
    state = 'pending',
    reason = null
from outbound.newest_message as n
left join care.follow_up_task as t on n.task_key = t.task_key
left join core.complaint as k
    on n.store_code = k.store_code and n.complaint_no = k.complaint_no
where
    m.message_id = n.message_id
    and n.target = :target
    and n.state = 'rejected'
    and (
        (t.status = 'open' and t.expires_on >= :today)
        or n.complaint_no is not null
        or n.month is not null
        or n.entity = 'contact'
    )
    and (
        n.mapping_digest is distinct from :mapping_digest
        or (
            n.reason = :contact_rejected
            and not exists (
                select 1
                from outbound.newest_message as contact
                where
                    contact.target = n.target -- noqa: RF01
                    and contact.entity = 'contact'
                    and contact.external_key
                    = n.store_code || '.' -- noqa: RF01
                    || coalesce(t.vin, t.document_no, k.vin) -- noqa: RF01
                    and contact.state in ('rejected', 'dead', 'dropped')
            )
        )
    )
