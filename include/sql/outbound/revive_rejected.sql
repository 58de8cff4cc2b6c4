-- What a target rejected goes again by another mapping, and a task whose
-- contact was rejected when the contact waits or was taken. Only the newest
-- message of a key counts, and only where there is still somebody to be called.
-- grain: one row per message that is sent again
-- reads: outbound.newest_message, care.follow_up_task
-- writes: outbound.message
update outbound.message as m
set
    state = 'pending',
    reason = null
from outbound.newest_message as n
inner join care.follow_up_task as t on n.task_key = t.task_key
where
    m.message_id = n.message_id
    and n.target = :target
    and n.state = 'rejected'
    and t.status = 'open'
    and t.expires_on >= :today
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
                    = t.store_code || '.' -- noqa: RF01
                    || coalesce(t.vin, t.document_no) -- noqa: RF01
                    and contact.state in ('rejected', 'dead', 'dropped')
            )
        )
    )
