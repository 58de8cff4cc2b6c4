-- grain: one row per document
-- reads: pg_temp.night_load, staging.sales_order, staging.repair_order,
--   staging.insurance_policy, staging.lead, ops.sweep, ops.sweep_finding,
--   ops.stage_report
-- writes: pg_temp.night_document
with last_tasks as (
    select max(reported_at) as reported_at
    from ops.stage_report
    where stage = 'tasks'
),

-- Other stages have other keys, which are no dates.
news as materialized (
    select
        r.part,
        cast(r.partition_key as date) as business_day
    from last_tasks
    inner join ops.stage_report as r on last_tasks.reported_at < r.reported_at
    where r.stage = 'sweep'
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
)

insert into night_document (
    document_kind,
    store_code,
    document_no
)
select
    l.feed as document_kind,
    d.store_code,
    d.order_no as document_no
from night_load as l
inner join staging.sales_order as d on l.load_id = d.load_id
where
    l.feed = 'sales_order'
    and num_nulls(d.store_code, d.order_no) = 0
union
select
    l.feed as document_kind,
    d.store_code,
    d.ro_no as document_no
from night_load as l
inner join staging.repair_order as d on l.load_id = d.load_id
where
    l.feed = 'repair_order'
    and num_nulls(d.store_code, d.ro_no) = 0
union
select
    l.feed as document_kind,
    d.store_code,
    d.policy_no as document_no
from night_load as l
inner join staging.insurance_policy as d on l.load_id = d.load_id
where
    l.feed = 'insurance_policy'
    and num_nulls(d.store_code, d.policy_no) = 0
union
select
    l.feed as document_kind,
    d.store_code,
    d.lead_no as document_no
from night_load as l
inner join staging.lead as d on l.load_id = d.load_id
where
    l.feed = 'lead'
    and num_nulls(d.store_code, d.lead_no) = 0
union
select
    s.feed as document_kind,
    f.store_code,
    f.document_no
from sweeps as s
inner join ops.sweep_finding as f on s.sweep_id = f.sweep_id
