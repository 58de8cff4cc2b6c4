-- Tasks that may change: those not finished, those whose document or calls came
-- in, and those withdrawn that are not over. What took their occasion away, a
-- booking say, may be gone again, and that is no news of their own document.
-- What may have been told in another call comes with the task of that call.
-- Whether a booking or another owner leaves nothing to do, the rule says. Only
-- a document's own event is asked when it became known. offset 0: task by
-- task, and never all orders.
-- grain: one row per task
-- reads: care.follow_up_task, care.occasion, staging.call_result,
--   core.call_result, core.store,
--   pg_temp.night_load, pg_temp.night_document, pg_temp.night_store,
--   pg_temp.night_rule
-- writes: pg_temp.night_subject
with night as (
    select
        cast(:day as date) as on_day,
        cast(:horizon as date) as horizon
),

calls as materialized (
    select
        c.task_key,
        c.outcome,
        c.called_at
    from night_load as l
    inner join staging.call_result as c on l.load_id = c.load_id
    where l.feed = 'call_result'
),

-- Since when what a document says of itself, and what comes late, could have
-- been told in other calls.
late as (
    select
        min(
            cast(
                s.event_on + make_interval(months => r.opens_months) as date
            ) + r.opens_days
        ) as opens_on
    from night_subject as s
    inner join night_rule as r on s.rule_no = r.rule_no
    where r.is_mergeable and s.arrived_on is not null
),

own as (
    select task_key
    from care.follow_up_task
    where status in ('open', 'held', 'postponed')
    union
    select t.task_key
    from night
    inner join care.follow_up_task as t on night.on_day <= t.expires_on
    where t.status = 'withdrawn'
    union
    select t.task_key
    from night_document as d
    inner join care.follow_up_task as t
        on
            d.document_kind = t.document_kind
            and d.store_code = t.store_code
            and d.document_no = t.document_no
    union
    select task_key
    from calls
    union
    select t.task_key
    from (
        select min(cast(called_at as date)) - 1 as called_on
        from calls
        where outcome = 'reached'
    ) as said
    inner join care.follow_up_task as t on said.called_on <= t.expires_on
    where t.status = 'missed' and t.is_mergeable
    union
    select told.task_key
    from calls
    inner join lateral (
        select t.task_key
        from care.follow_up_task as t
        where calls.task_key = t.merged_into
        offset 0 -- noqa: AM09
    ) as told on true
),

touched as (
    select task_key
    from own
    union
    select winner.task_key
    from own
    inner join lateral (
        select t.merged_into as task_key
        from care.follow_up_task as t
        where own.task_key = t.task_key and t.merged_into is not null
        offset 0 -- noqa: AM09
    ) as winner on true
    union
    select done.task_key
    from night
    cross join late
    cross join core.store as stores
    inner join lateral (
        select c.task_key
        from core.call_result as c
        where
            stores.store_code = c.store_code
            and c.called_on between late.opens_on and night.horizon
            and c.outcome = 'reached'
        offset 0 -- noqa: AM09
    ) as said on true
    inner join lateral (
        select t.task_key
        from care.follow_up_task as t
        where said.task_key = t.task_key and t.status = 'done'
        offset 0 -- noqa: AM09
    ) as done on true
)

insert into night_subject (
    task_key,
    store_code,
    rule_id,
    occurrence,
    event,
    document_kind,
    document_no,
    vin,
    event_on,
    arrived_on,
    is_news,
    rule_no,
    calendar,
    contact_hash,
    served_by,
    contact_check,
    contact_digest,
    problem
)
select
    t.task_key,
    t.store_code,
    t.rule_id,
    t.occurrence,
    t.event,
    t.document_kind,
    t.document_no,
    d.vin,
    d.event_on,
    case
        when
            t.event in (
                'delivery', 'workshop_exit', 'policy_end', 'lead_defeated'
            )
            then t.arrived_day
    end as arrived_on,
    c.document_no is not null as is_news,
    r.rule_no,
    s.calendar,
    case r.contact_kind
        when 'owner' then d.owner_hash else d.contact_hash
    end as contact_hash,
    d.served_by,
    case r.contact_kind
        when 'owner' then d.owner_check else d.contact_check
    end as contact_check,
    case r.contact_kind
        when 'owner' then d.owner_digest else d.contact_digest
    end as contact_digest,
    case
        when
            d.document_no is null
            and t.event in ('first_service_due', 'service_due')
            then 'came_again'
        when d.document_no is null then 'document_gone'
        when d.problem not in ('booked', 'sold_again') then d.problem
        when r.rule_no is null then 'rule_off'
    end as problem
from touched as n
inner join lateral (
    select k.*
    from care.follow_up_task as k
    where n.task_key = k.task_key
    offset 0 -- noqa: AM09
) as t on true
left join night_document as c
    on
        t.document_kind = c.document_kind
        and t.store_code = c.store_code
        and t.document_no = c.document_no
left join lateral (
    select e.*
    from care.occasion as e
    where
        t.event = e.event
        and t.document_kind = e.document_kind
        and t.store_code = e.store_code
        and t.document_no = e.document_no
    offset 0 -- noqa: AM09
) as d on true
left join night_store as s
    on
        d.store_code = s.store_code
        and d.event_on between s.event_from and s.event_to
left join night_rule as r
    on
        s.pack = r.pack
        and t.rule_id = r.rule_id
        and t.occurrence = r.occurrence
        and t.event = r.event
        and (r.usages = '{}' or coalesce(d.usage = any(r.usages), true))
        and d.event_on between r.event_from and r.event_to
