-- Tasks that nobody was called about because another contact of the same
-- person, in the same way, went first until they were over; a greeting waits
-- for a call, too. Asked of the tasks as they stand now, not of what nights
-- noted, so that the order of nights does not matter. Person by person: through
-- the vehicles that the customer has had, or, where nobody is known, through
-- the same number on the same vehicle.
-- grain: one row per task due in the month that waited to its end
-- reads: care.follow_up_task, core.call_result, core.customer,
--   core.customer_role, core.document_customer
-- writes: pg_temp.waited_follow_up
create temporary table waited_follow_up on commit drop as
with
uncalled as materialized (
    select
        t.task_key,
        t.vin,
        t.channel,
        t.priority,
        t.deadline_on,
        t.due_on,
        t.expires_on,
        t.contact_digest,
        p.known_id,
        t.event in ('birthday', 'lunar_birthday', 'festival') as is_greeting
    from care.follow_up_task as t
    left join lateral (
        select min(d.known_id) as known_id
        from core.document_customer as d
        where
            t.vin = d.vin
            and t.store_code = d.store_code
            and t.document_kind = d.document_kind
            and t.document_no = d.document_no
            and t.contact_kind = any(d.contact_kinds)
            and d.kind = 'person'
        offset 0 -- noqa: AM09
    ) as p on true
    where
        t.due_on between :first_day and :last_day -- noqa: RF02
        and not t.is_face_to_face
        and t.status = 'missed'
        and t.status_reason = 'not_called'
),

vehicles as (
    select
        u.task_key,
        cars.vin
    from uncalled as u
    inner join lateral (
        select r.vin
        from core.customer as c
        inner join core.customer_role as r on c.customer_id = r.customer_id
        where c.customer_id = u.known_id or c.merged_into = u.known_id
        offset 0 -- noqa: AM09
    ) as cars on true
    union
    select
        task_key,
        vin
    from uncalled
),

-- On the last day it stood on a list, and nothing had ended it before.
others as materialized (
    select
        u.task_key,
        u.known_id,
        u.contact_digest,
        w.task_key as other_key,
        w.vin,
        w.store_code,
        w.document_kind,
        w.document_no,
        w.contact_kind,
        w.contact_digest as other_digest
    from uncalled as u
    inner join vehicles as v on u.task_key = v.task_key
    inner join lateral (
        select t.*
        from care.follow_up_task as t
        where
            v.vin = t.vin
            and (u.channel = t.channel or u.is_greeting and t.channel = 'phone')
            and u.expires_on between t.open_on and t.expires_on
            and (t.priority, t.deadline_on, t.due_on, t.task_key)
            < (u.priority, u.deadline_on, u.due_on, u.task_key)
            and not t.is_face_to_face
            and (
                t.status = 'open'
                or t.status = 'done' and t.status_reason <> 'told'
                or t.status = 'missed'
                and t.status_reason in (
                    'not_called', 'no_answer', 'busy', 'powered_off'
                )
            )
            and not exists (
                select 1
                from core.call_result as c
                where
                    t.task_key = c.task_key
                    and u.expires_on > c.called_on
                    and c.outcome not in ('no_answer', 'busy', 'powered_off')
            )
        offset 0 -- noqa: AM09
    ) as w on true
)

select distinct o.task_key
from others as o
left join lateral (
    select min(d.known_id) as known_id
    from core.document_customer as d
    where
        o.vin = d.vin
        and o.store_code = d.store_code
        and o.document_kind = d.document_kind
        and o.document_no = d.document_no
        and o.contact_kind = any(d.contact_kinds)
        and d.kind = 'person'
    offset 0 -- noqa: AM09
) as p on true
where
    o.known_id = p.known_id
    or (
        num_nonnulls(o.known_id, p.known_id) < 2
        and o.contact_digest = o.other_digest
    )
