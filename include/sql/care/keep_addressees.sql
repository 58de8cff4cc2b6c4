-- One document of each person and occasion stays: the one about which they have
-- answered or been told already, else the newest with a usable number and of an
-- open store; none where they were told by a document that is cancelled now, or
-- not of those of the occasion for another reason. A person is who core knows
-- by the document, else the one who is known with the same number among those
-- of the occasion, else whoever has the number.
-- grain: one row per document that gives way to another
-- reads: pg_temp.night_rule, core.document_customer, care.follow_up_task,
--   core.call_result, care.addressee, core.store
-- writes: pg_temp.night_addressee
with night as (
    select cast(:horizon as date) as horizon
),

asked as (
    select distinct
        event,
        occurrence
    from night_addressee
),

told as (
    select
        t.event,
        t.occurrence,
        t.document_kind,
        t.store_code,
        t.document_no,
        t.contact_kind
    from night
    cross join asked as o
    inner join care.follow_up_task as t
        on
            o.event = t.event
            and o.occurrence = t.occurrence
            and t.event in (
                'birthday', 'lunar_birthday', 'festival', 'campaign', 'referral'
            )
    where
        t.status = 'done'
        or exists (
            select 1
            from core.call_result as c
            where
                t.task_key = c.task_key
                and night.horizon >= c.called_on
                and c.outcome in (
                    'reached', 'declined', 'refused', 'invalid_number',
                    'wrong_person', 'already_called', 'not_our_customer',
                    'message_sent'
                )
        )
),

named as (
    select
        a.event,
        a.occurrence,
        a.document_kind,
        a.store_code,
        a.document_no,
        a.known_on,
        a.contact_hash,
        a.vin,
        r.contact_kind,
        coalesce(a.contact_check, 'missing') = 'valid'
        and coalesce(night.horizon + 1 < s.closed_on, true) as is_usable,
        t.document_no is not null as is_told,
        true as is_asked
    from night
    cross join night_addressee as a
    inner join night_rule as r on a.rule_no = r.rule_no
    inner join core.store as s on a.store_code = s.store_code
    left join told as t
        on
            a.event = t.event
            and a.occurrence = t.occurrence
            and a.document_kind = t.document_kind
            and a.store_code = t.store_code
            and a.document_no = t.document_no
    union all
    select
        t.event,
        t.occurrence,
        t.document_kind,
        t.store_code,
        t.document_no,
        d.known_on,
        case t.contact_kind
            when 'owner' then d.owner_hash else d.contact_hash
        end as contact_hash,
        d.vin,
        t.contact_kind,
        false as is_usable,
        true as is_told,
        false as is_asked
    from told as t
    inner join lateral (
        select e.*
        from care.addressee as e
        where
            t.document_kind = e.document_kind
            and t.store_code = e.store_code
            and t.document_no = e.document_no
        offset 0 -- noqa: AM09
    ) as d on true
    where not exists (
        select 1
        from night_addressee as a
        where
            t.event = a.event
            and t.occurrence = a.occurrence
            and t.document_kind = a.document_kind
            and t.store_code = a.store_code
            and t.document_no = a.document_no
    )
),

known as (
    select
        n.*,
        p.known_id
    from named as n
    left join lateral (
        select min(c.known_id) as known_id
        from core.document_customer as c
        where
            n.vin = c.vin
            and n.store_code = c.store_code
            and n.document_kind = c.document_kind
            and n.document_no = c.document_no
            and n.contact_kind = any(c.contact_kinds)
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
                k.is_told desc,
                k.is_asked desc,
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
