-- What a target has to hear of complaints: those that are open and new to it,
-- and those that stand otherwise than it was told. Looked at are those that are
-- open, here or there, and those that a load brought lately. What it told us
-- itself does not go back; what was closed before it heard of it is nobody's
-- work there; what was deleted, or is no longer of a store that it serves, is
-- taken back. A contact that it does not have goes first.
-- grain: one row per complaint that changed for the target
-- reads: core.complaint, ops.load, ops.stage_report, outbound.told_complaint,
--   outbound.ledger, outbound.message, outbound.newest_message
-- writes: outbound.message, outbound.told_complaint
with last_push as (
    -- A load may be merged while a push is at work.
    select max(reported_at) - interval '2 days' as reported_at
    from ops.stage_report
    where stage = 'push' and part = :target -- noqa: RF02
),

lately as (
    select l.load_id
    from ops.load as l
    inner join last_push as p on l.changed_at > p.reported_at
    where l.feed = 'complaint'
),

looked_at as (
    select
        store_code,
        complaint_no
    from core.complaint
    where
        closed_at is null
        and store_code = any(cast(:store_codes as text[])) -- noqa: RF02
    union
    select
        store_code,
        complaint_no
    from outbound.told_complaint
    where
        target = :target -- noqa: RF02
        and not is_over
    union
    select
        k.store_code,
        k.complaint_no
    from lately as l
    inner join core.complaint as k on l.load_id = k.load_id
),

standing as (
    select
        k.store_code,
        k.complaint_no,
        k.vin,
        k.row_hash,
        told.version,
        told.row_hash as told_hash,
        told.is_over as was_over,
        k.is_vanished
        or k.store_code
        <> all(cast(:store_codes as text[])) as is_gone, -- noqa: RF02
        k.closed_at is not null as is_closed
    from looked_at as l
    inner join core.complaint as k
        on l.store_code = k.store_code and l.complaint_no = k.complaint_no
    inner join ops.load as brought
        on
            k.load_id = brought.load_id
            and brought.system <> :target -- noqa: RF02
    left join outbound.told_complaint as told
        on
            k.store_code = told.store_code
            and k.complaint_no = told.complaint_no
            and told.target = :target -- noqa: RF02
),

decided as (
    select
        store_code,
        complaint_no,
        vin,
        row_hash,
        is_gone or is_closed as is_over,
        coalesce(version, 0) + 1 as version,
        case
            when told_hash is null
                then case when not is_gone and not is_closed then 'upsert' end
            when is_gone then case when not was_over then 'withdraw' end
            when told_hash <> row_hash then 'upsert'
            when was_over and not is_closed then 'upsert'
        end as action
    from standing
),

contacts as (
    select
        d.store_code,
        d.store_code || '.' || d.vin as contact_key,
        min(d.complaint_no) as complaint_no
    from decided as d
    where d.action = 'upsert' and d.vin is not null
    group by d.store_code, d.vin
),

introduced as (
    insert into outbound.message (
        target,
        entity,
        external_key,
        version,
        action,
        store_code,
        complaint_no,
        work_day
    )
    select
        cast(:target as text) as target, -- noqa: RF02
        'contact' as entity,
        c.contact_key as external_key,
        coalesce(
            (
                select max(m.version)
                from outbound.message as m
                where
                    m.target = :target -- noqa: RF02
                    and m.entity = 'contact'
                    and m.external_key = c.contact_key
            ),
            0
        ) + 1 as version,
        'upsert' as action,
        c.store_code,
        c.complaint_no,
        cast(:work_day as date) as work_day -- noqa: RF02
    from contacts as c
    where
        not exists (
            select 1
            from outbound.ledger as held
            where
                held.target = :target -- noqa: RF02
                and held.entity = 'contact'
                and held.external_key = c.contact_key
        )
        and not exists (
            select 1
            from outbound.message as waiting
            where
                waiting.target = :target -- noqa: RF02
                and waiting.entity = 'contact'
                and waiting.external_key = c.contact_key
                and waiting.state in ('pending', 'sending', 'retry', 'unknown')
        )
    order by c.contact_key
),

noted as (
    insert into outbound.told_complaint as told (
        target,
        store_code,
        complaint_no,
        row_hash,
        is_over,
        version
    )
    select
        cast(:target as text) as target, -- noqa: RF02
        d.store_code,
        d.complaint_no,
        d.row_hash,
        d.is_over,
        d.version
    from decided as d
    where d.action is not null
    order by d.store_code, d.complaint_no
    on conflict (target, store_code, complaint_no) do update
        set
            row_hash = excluded.row_hash,
            is_over = excluded.is_over,
            version = excluded.version
)

insert into outbound.message (
    target,
    entity,
    external_key,
    version,
    action,
    store_code,
    complaint_no,
    work_day
)
select
    cast(:target as text) as target, -- noqa: RF02
    'complaint' as entity,
    d.store_code || '.' || d.complaint_no as external_key,
    d.version,
    d.action,
    d.store_code,
    d.complaint_no,
    cast(:work_day as date) as work_day -- noqa: RF02
from decided as d
left join outbound.newest_message as newest
    on
        newest.target = :target -- noqa: RF02
        and newest.entity = 'complaint'
        and newest.external_key = d.store_code || '.' || d.complaint_no
left join outbound.ledger as held
    on
        newest.target = held.target
        and newest.entity = held.entity
        and newest.external_key = held.external_key
where
    d.action = 'upsert'
    or (
        d.action = 'withdraw'
        -- What was rejected the target never held.
        and not (
            newest.action = 'upsert'
            and newest.state = 'rejected'
            and held.external_key is null
        )
    )
order by d.store_code, d.complaint_no
