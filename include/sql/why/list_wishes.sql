-- Wishes not to be called that stand against a task: about its vehicle, of the
-- person who is to be called or, where nobody is known, of the number. None
-- stands against work inside the house. A used car was registered to others,
-- and is the buyer's since its delivery.
-- grain: one row per call with a wish and way it reaches the task
-- reads: care.follow_up_task, care.vehicle_owner, core.call_result,
--   care.do_not_call, care.do_not_call_number, care.occasion,
--   core.document_customer, core.sales_order
-- writes: –
with asked as (
    select
        t.*,
        least(coalesce(bought.delivered_on, t.event_on), t.made_day)
            as owned_on
    from care.follow_up_task as t
    left join core.sales_order as bought
        on
            t.event = 'registration'
            and t.store_code = bought.store_code
            and t.document_no = bought.order_no
    where t.task_key = :task_key and t.channel <> 'internal' -- noqa: RF02
)

select
    'vehicle' as about,
    said.task_key as said_about_task,
    said.store_code,
    c.called_on
from asked as t
inner join care.follow_up_task as said on t.vin = said.vin
inner join core.call_result as c on said.task_key = c.task_key
left join core.sales_order as bought
    on
        said.event = 'registration'
        and said.store_code = bought.store_code
        and said.document_no = bought.order_no
left join lateral (
    select
        o.name_hash,
        o.known_ids
    from care.vehicle_owner as o
    where
        said.vin = o.vin
        and o.first_on <= c.called_on
        and o.first_on <= coalesce(bought.delivered_on, said.event_on)
    order by
        least(
            o.last_on,
            coalesce(bought.delivered_on, said.event_on),
            c.called_on
        ) desc,
        o.first_on desc,
        o.name_hash asc
    limit 1
) as speaker on true
left join lateral (
    select
        o.name_hash,
        o.known_ids
    from care.vehicle_owner as o
    where t.vin = o.vin and t.owned_on >= o.first_on
    order by
        least(o.last_on, t.owned_on) desc,
        o.first_on desc,
        o.name_hash asc
    limit 1
) as asked_owner on true
where
    c.is_do_not_call
    and c.called_on <= t.expires_on
    and coalesce(
        speaker.name_hash = asked_owner.name_hash
        or speaker.known_ids && asked_owner.known_ids,
        true
    )
union all
select
    'person' as about,
    w.task_key as said_about_task,
    split_part(w.task_key, '.', 1) as store_code,
    w.called_on
from asked as t
inner join core.document_customer as p
    on
        t.store_code = p.store_code
        and t.document_kind = p.document_kind
        and t.document_no = p.document_no
        and t.contact_kind = any(p.contact_kinds)
inner join care.do_not_call as w
    on
        p.known_id = w.known_id
        and t.vin <> w.vin
where w.called_on <= t.expires_on
union all
select
    'number' as about,
    w.task_key as said_about_task,
    split_part(w.task_key, '.', 1) as store_code,
    w.called_on
from asked as t
inner join care.occasion as d
    on
        t.document_kind = d.document_kind
        and t.store_code = d.store_code
        and t.document_no = d.document_no
        and d.event in (
            'delivery', 'workshop_exit', 'policy_end', 'lead_defeated'
        )
inner join care.do_not_call_number as w
    on
        w.contact_hash = case t.contact_kind
            when 'owner' then d.owner_hash else d.contact_hash
        end
left join care.follow_up_task as said on w.task_key = said.task_key
where
    w.called_on <= t.expires_on
    and t.vin is distinct from said.vin
    and not exists (
        select 1
        from core.document_customer as p
        where
            t.store_code = p.store_code
            and t.document_kind = p.document_kind
            and t.document_no = p.document_no
            and t.contact_kind = any(p.contact_kinds)
            and p.kind = 'person'
    )
order by called_on, said_about_task
