-- The next messages of a target: the newest of each key, contacts before the
-- tasks and complaints that stand on them, none twice by one claimer, none
-- whose key is in flight. A unique index on keys in flight catches what two
-- claimers decide at the same moment. What is in doubt waits for a while, and
-- so does a newer message of its key: the older one may still be at work in the
-- target. A target of messages sends only for the stores whose hours it is.
-- is_unsettled: nothing was acknowledged since the doubt, so nobody knows what
-- is there.
-- grain: one row per claimed message
-- reads: outbound.message, outbound.ledger, care.follow_up_task,
--   core.complaint
-- writes: outbound.message
with next_messages as (
    select
        m.message_id,
        m.state,
        coalesce(t.vin, t.document_no, k.vin) as subject
    from outbound.message as m
    left join care.follow_up_task as t on m.task_key = t.task_key
    left join core.complaint as k
        on m.store_code = k.store_code and m.complaint_no = k.complaint_no
    where
        m.target = :target -- noqa: RF02
        and m.state in ('pending', 'sending', 'retry', 'unknown')
        and m.state = any(cast(:states as text[])) -- noqa: RF02
        and m.claimed_by is distinct from :claimer -- noqa: RF02
        and (
            cast(:store_codes as text[]) is null -- noqa: RF02
            or m.store_code = any(cast(:store_codes as text[])) -- noqa: RF02
        )
        and (
            m.state <> 'unknown'
            or clock_timestamp() - m.doubt_since
            >= make_interval(secs => :ask_after) -- noqa: RF02
        )
        and not exists (
            select 1
            from outbound.message as other
            where
                other.target = m.target
                and other.entity = m.entity
                and other.external_key = m.external_key
                and (other.state = 'sending' or other.message_id > m.message_id)
        )
        and not exists (
            select 1
            from outbound.message as earlier
            where
                earlier.target = m.target
                and earlier.entity = m.entity
                and earlier.external_key = m.external_key
                and earlier.message_id < m.message_id
                and clock_timestamp() - earlier.doubt_since
                < make_interval(secs => :settles) -- noqa: RF02
        )
        and (
            m.entity = 'contact'
            or not exists (
                select 1
                from outbound.message as contact
                where
                    contact.target = m.target
                    and contact.entity = 'contact'
                    and contact.external_key
                    = m.store_code || '.'
                    || coalesce(t.vin, t.document_no, k.vin)
                    and contact.state in (
                        'pending', 'sending', 'retry', 'unknown'
                    )
            )
        )
    order by m.entity, m.external_key
    limit :batch_size
    for update of m skip locked
)

update outbound.message as m
set
    state = 'sending',
    claimed_by = :claimer,
    claimed_at = clock_timestamp(),
    attempts = m.attempts + 1
from next_messages as n
where m.message_id = n.message_id
returning
    m.message_id,
    m.entity,
    m.external_key,
    m.version,
    m.action,
    m.store_code,
    m.task_key,
    m.complaint_no,
    m.month,
    m.work_day,
    n.subject,
    m.attempts,
    n.state as was,
    m.doubt_since is not null or exists (
        select 1
        from outbound.message as earlier
        where
            earlier.target = m.target
            and earlier.entity = m.entity
            and earlier.external_key = m.external_key
            and earlier.message_id < m.message_id
            and earlier.doubt_since is not null
    ) as is_in_doubt,
    exists (
        select 1
        from outbound.message as doubtful
        left join outbound.ledger as held
            on
                doubtful.target = held.target
                and doubtful.entity = held.entity
                and doubtful.external_key = held.external_key
        where
            doubtful.target = m.target
            and doubtful.entity = m.entity
            and doubtful.external_key = m.external_key
            and doubtful.message_id <= m.message_id
            and doubtful.doubt_since
            > coalesce(held.acknowledged_at, timestamptz '-infinity')
    ) as is_unsettled,
    m.attempts > 1 or exists (
        select 1
        from outbound.message as earlier
        where
            earlier.target = m.target
            and earlier.entity = m.entity
            and earlier.external_key = m.external_key
            and earlier.message_id < m.message_id
            and earlier.attempts > 0
    ) as was_tried
