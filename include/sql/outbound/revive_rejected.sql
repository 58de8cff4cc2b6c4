-- What a target rejected goes again by another mapping, and a task whose
-- contact was rejected when the contact waits or was taken. Only the newest
-- message of a key counts, and only where there is still somebody to be called.
-- grain: one row per message that is sent again
-- reads: outbound.message, care.follow_up_task
-- writes: outbound.message
update outbound.message as m
set
    state = 'pending',
    reason = null
from care.follow_up_task as t
where
    m.task_key = t.task_key
    and m.target = :target
    and m.state = 'rejected'
    and t.status = 'open'
    and t.expires_on >= :today
    and not exists (
        select 1
        from outbound.message as newer
        where
            newer.target = m.target
            and newer.entity = m.entity
            and newer.external_key = m.external_key
            and newer.message_id > m.message_id
    )
    and (
        m.mapping_digest is distinct from :mapping_digest
        or (
            m.reason = :contact_rejected
            and not exists (
                select 1
                from outbound.message as contact
                where
                    contact.target = m.target
                    and contact.entity = 'contact'
                    and contact.external_key
                    = t.store_code || '.' -- noqa: RF01
                    || coalesce(t.vin, t.document_no) -- noqa: RF01
                    and contact.state in ('rejected', 'dead', 'dropped')
                    and not exists (
                        select 1
                        from outbound.message as newer
                        where
                            newer.target = contact.target
                            and newer.entity = contact.entity
                            and newer.external_key = contact.external_key
                            and newer.message_id > contact.message_id
                    )
            )
        )
    )
