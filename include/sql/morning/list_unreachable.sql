-- Numbers that nobody answers, or that are wrong, to be checked by a steward:
-- once for each person, until their document gives another number or somebody
-- was reached about the vehicle since.
-- grain: one row per person
-- reads: care.follow_up_task, core.document_customer, core.store
-- writes: –
with tried as (
    select
        t.task_key,
        t.store_code,
        t.document_kind,
        t.document_no,
        t.tried_on,
        t.attempts,
        coalesce(p.known_id, encode(t.tried_hash, 'hex')) as person
    from care.follow_up_task as t
    left join lateral (
        select min(c.known_id) as known_id
        from core.document_customer as c
        where
            t.vin = c.vin
            and t.store_code = c.store_code
            and t.document_kind = c.document_kind
            and t.document_no = c.document_no
            and t.contact_kind = any(c.contact_kinds)
            and c.kind = 'person'
    ) as p on true
    where
        t.tried_hash is not null
        and not exists (
            select 1
            from care.follow_up_task as later
            where
                t.vin = later.vin
                and later.status = 'done'
                and later.status_reason in ('reached', 'declined')
                and later.channel <> 'internal'
                and later.changed_day > t.tried_on
        )
),

first_tried as (
    select distinct on (person) *
    from tried
    order by person asc, tried_on asc, task_key asc
)

select
    f.store_code,
    s.name as store_name,
    f.document_kind,
    f.document_no,
    f.task_key,
    f.attempts,
    f.tried_on
from first_tried as f
inner join core.store as s on f.store_code = s.store_code
where
    f.store_code = any(cast(:stores as text[])) -- noqa: RF02
    or '*' = any(cast(:stores as text[])) -- noqa: RF02
order by f.tried_on, f.task_key
