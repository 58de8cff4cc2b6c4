-- One document of each person and occasion stays: the one about which they have
-- answered or been told already, else the newest with a usable number. A person
-- is who core knows by the document, else the one who is known with the same
-- number among those of the occasion, else whoever has the number.
-- grain: one row per document that gives way to another
-- reads: pg_temp.night_rule, core.document_customer, care.follow_up_task,
--   core.call_result
-- writes: pg_temp.night_addressee
with night as (
    select cast(:horizon as date) as horizon
),

known as (
    select
        a.event,
        a.occurrence,
        a.document_kind,
        a.store_code,
        a.document_no,
        a.known_on,
        a.contact_hash,
        a.vin,
        p.known_id,
        coalesce(a.contact_check, 'missing') = 'valid' as is_usable
    from night_addressee as a
    inner join night_rule as r on a.rule_no = r.rule_no
    left join lateral (
        select min(c.known_id) as known_id
        from core.document_customer as c
        where
            a.vin = c.vin
            and a.store_code = c.store_code
            and a.document_kind = c.document_kind
            and a.document_no = c.document_no
            and r.contact_kind = any(c.contact_kinds)
            and c.kind = 'person'
    ) as p on true
),

numbers as (
    select
        event,
        occurrence,
        contact_hash,
        min(known_id) as known_id
    from known
    where contact_hash is not null
    group by event, occurrence, contact_hash
    having min(known_id) = max(known_id)
),

told as (
    select
        t.event,
        t.occurrence,
        t.document_kind,
        t.store_code,
        t.document_no
    from night
    cross join night_addressee as a
    inner join care.follow_up_task as t
        on
            a.store_code = t.store_code
            and a.document_no = t.document_no
            and a.document_kind = t.document_kind
            and a.event = t.event
            and a.occurrence = t.occurrence
    where
        t.status = 'done'
        or exists (
            select 1
            from core.call_result as c
            where
                t.task_key = c.task_key
                and night.horizon >= c.called_on
                and c.outcome in (
                    'reached', 'refused', 'invalid_number', 'wrong_person',
                    'already_called', 'not_our_customer'
                )
        )
),

ranked as (
    select
        k.event,
        k.occurrence,
        k.document_kind,
        k.store_code,
        k.document_no,
        row_number() over (
            partition by
                k.event,
                k.occurrence,
                coalesce(
                    k.known_id,
                    n.known_id,
                    encode(k.contact_hash, 'hex'),
                    k.vin
                )
            order by
                t.document_no is not null desc,
                k.is_usable desc,
                k.known_on desc,
                k.store_code asc,
                k.document_no asc,
                k.document_kind asc
        ) as place
    from known as k
    left join numbers as n
        on
            k.event = n.event
            and k.occurrence = n.occurrence
            and k.contact_hash = n.contact_hash
    left join told as t
        on
            k.event = t.event
            and k.occurrence = t.occurrence
            and k.document_kind = t.document_kind
            and k.store_code = t.store_code
            and k.document_no = t.document_no
)

delete from night_addressee as a
using ranked as r
where
    r.place > 1
    and a.event = r.event
    and a.occurrence = r.occurrence
    and a.document_kind = r.document_kind
    and a.store_code = r.store_code
    and a.document_no = r.document_no
