-- Tasks that may change: those not finished, and those whose document or
-- calls came in with the day's loads or with loads merged since tasks were
-- made last, or whose document a sweep since then found gone or there again.
-- grain: one row per task
-- reads: care.follow_up_task, care.document, staging.sales_order,
--   staging.repair_order, staging.call_result, ops.load, ops.sweep,
--   ops.sweep_finding, ops.stage_report, pg_temp.night_store,
--   pg_temp.night_rule
-- writes: pg_temp.night_subject
with last_tasks as (
    select max(reported_at) as reported_at
    from ops.stage_report
    where stage = 'tasks'
),

-- Other stages have other keys, which are no dates.
news as materialized (
    select
        r.stage,
        r.part,
        cast(r.partition_key as date) as business_day
    from last_tasks
    inner join ops.stage_report as r on last_tasks.reported_at < r.reported_at
    where r.stage in ('merge', 'sweep')
),

loads as (
    select
        load_id,
        feed
    from ops.load
    where business_day = cast(:day as date)
    union
    select
        l.load_id,
        l.feed
    from news
    inner join ops.load as l
        on
            news.business_day = l.business_day
            and news.part = l.system || '/' || l.feed
    where news.stage = 'merge'
),

sweeps as (
    select
        sweep_id,
        feed
    from ops.sweep
    where business_day = cast(:day as date)
    union
    select
        s.sweep_id,
        s.feed
    from news
    inner join ops.sweep as s
        on
            news.business_day = s.business_day
            and news.part = s.system || '/' || s.feed
    where news.stage = 'sweep'
),

came_in as (
    select
        l.feed as document_kind,
        d.store_code,
        d.order_no as document_no
    from loads as l
    inner join staging.sales_order as d on l.load_id = d.load_id
    where l.feed = 'sales_order'
    union all
    select
        l.feed as document_kind,
        d.store_code,
        d.ro_no as document_no
    from loads as l
    inner join staging.repair_order as d on l.load_id = d.load_id
    where l.feed = 'repair_order'
    union all
    select
        s.feed as document_kind,
        f.store_code,
        f.document_no
    from sweeps as s
    inner join ops.sweep_finding as f on s.sweep_id = f.sweep_id
),

touched as (
    select task_key
    from care.follow_up_task
    where status in ('open', 'held', 'postponed')
    union
    select t.task_key
    from came_in as d
    inner join care.follow_up_task as t
        on
            d.document_kind = t.document_kind
            and d.store_code = t.store_code
            and d.document_no = t.document_no
    union
    select c.task_key
    from loads as l
    inner join staging.call_result as c on l.load_id = c.load_id
    where l.feed = 'call_result'
)

insert into night_subject (
    task_key,
    store_code,
    rule_id,
    occurrence,
    document_kind,
    document_no,
    vin,
    event_on,
    arrived_on,
    rule_no,
    calendar,
    contact_check,
    contact_digest,
    problem
)
select
    t.task_key,
    t.store_code,
    t.rule_id,
    t.occurrence,
    t.document_kind,
    t.document_no,
    d.vin,
    d.event_on,
    d.version_day as arrived_on,
    r.rule_no,
    s.calendar,
    case r.contact_kind
        when 'owner' then d.owner_check else d.contact_check
    end as contact_check,
    case r.contact_kind
        when 'owner' then d.owner_digest else d.contact_digest
    end as contact_digest,
    case
        when d.document_no is null then 'document_gone'
        when d.problem is not null then d.problem
        when r.rule_no is null then 'rule_off'
    end as problem
from touched as n
inner join care.follow_up_task as t on n.task_key = t.task_key
left join care.document as d
    on
        t.document_kind = d.document_kind
        and t.store_code = d.store_code
        and t.document_no = d.document_no
left join night_store as s
    on
        d.store_code = s.store_code
        and d.event_on between s.event_from and s.event_to
left join night_rule as r
    on
        s.pack = r.pack
        and t.rule_id = r.rule_id
        and t.occurrence = r.occurrence
        and t.document_kind = r.document_kind
        and d.event_on between r.event_from and r.event_to
