-- What was refused is forgotten when it is settled: when a newer message of the
-- key speaks for it, somebody dropped it, or nobody is to be called any more.
-- Other work may stand on a contact when the task that its message was written
-- for is over.
-- grain: one row per message of which nothing needs to be shown any more
-- reads: outbound.message, care.follow_up_task
-- writes: outbound.message
update outbound.message as m
set refused_fields = null
where
    m.target = :target
    and m.refused_fields is not null
    and (
        m.state not in (
            'pending', 'sending', 'retry', 'unknown', 'rejected', 'dead'
        )
        or exists (
            select 1
            from outbound.message as newer
            where
                newer.target = m.target
                and newer.entity = m.entity
                and newer.external_key = m.external_key
                and newer.message_id > m.message_id
        )
        or (
            m.task_key is not null
            and not exists (
                select 1
                from care.follow_up_task as t
                where
                    t.task_key = m.task_key
                    and t.status = 'open'
                    and t.expires_on >= :today
            )
            and not exists (
                select 1
                from care.follow_up_task as own
                inner join care.follow_up_task as other
                    on
                        own.store_code = other.store_code
                        and (
                            own.vin = other.vin
                            or (
                                own.vin is null
                                and other.vin is null
                                and own.document_no = other.document_no
                            )
                        )
                where
                    m.entity = 'contact'
                    and m.task_key = own.task_key
                    and other.status = 'open'
                    and other.expires_on >= :today -- noqa: RF02
            )
        )
    )
