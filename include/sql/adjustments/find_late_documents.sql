-- Documents that came late of the vehicles in the rows of a difference: first
-- loaded after the month was published. They say why a row of another document
-- counts otherwise, as a late visit does of the visit that was the last one. A
-- document that is such a row itself is named as one. Which of several made the
-- difference is not known: all are named.
-- grain: one row per difference and document, for the length of a transaction
-- reads: pg_temp.row_difference, score.publication, ops.load,
--   ops.stage_report, care.follow_up_task, core.booking, core.insurance_policy,
--   core.repair_order, core.sales_order, staging.insurance_policy,
--   staging.repair_order, staging.sales_order
-- writes: pg_temp.late_document
create temporary table late_document on commit drop as
with
changed_rows as (
    select distinct
        row_kind,
        row_key,
        split_part(row_key, '|', 1) as store_code,
        substr(row_key, strpos(row_key, '|') + 1) as document_no
    from row_difference
),

row_vins as (
    select
        c.row_kind,
        c.row_key,
        d.vin
    from changed_rows as c
    inner join core.repair_order as d
        on c.store_code = d.store_code and c.document_no = d.ro_no
    where c.row_kind = 'repair_order'
    union all
    select
        c.row_kind,
        c.row_key,
        d.vin
    from changed_rows as c
    inner join core.sales_order as d
        on c.store_code = d.store_code and c.document_no = d.order_no
    where c.row_kind = 'sales_order'
    union all
    select
        c.row_kind,
        c.row_key,
        d.vin
    from changed_rows as c
    inner join core.insurance_policy as d
        on c.store_code = d.store_code and c.document_no = d.policy_no
    where c.row_kind = 'insurance_policy'
    union all
    select
        c.row_kind,
        c.row_key,
        d.vin
    from changed_rows as c
    inner join core.booking as d
        on c.store_code = d.store_code and c.document_no = d.booking_no
    where c.row_kind = 'booking'
    union all
    select
        c.row_kind,
        c.row_key,
        d.vin
    from changed_rows as c
    inner join care.follow_up_task as d on c.row_key = d.task_key
    where c.row_kind = 'follow_up_task' and d.vin is not null
),

published as (
    select
        publication.published_at,
        coalesce(max(ops_load.load_id), 0) as last_load_id
    from score.publication
    left join ops.load as ops_load
        on publication.published_at >= ops_load.changed_at
    where publication.month = :month -- noqa: RF02
    group by publication.published_at
),

-- Loads merged since the publication; a document that an earlier one had came
-- then. A pull or validation since that was not merged brought nothing, nor
-- did a merge that found all of it in core: of a load that is older than one
-- that was settled by then, all was known.
news as (
    select ops_load.load_id
    from published
    cross join ops.load as ops_load
    left join ops.stage_report as merged
        on
            merged.stage = 'merge'
            and cast(ops_load.business_day as text) = merged.partition_key
            and ops_load.system || '/' || ops_load.feed = merged.part
    where
        coalesce(merged.reported_at, ops_load.changed_at)
        > published.published_at
        and (
            ops_load.promoted is distinct from 0
            or ops_load.load_id > published.last_load_id
        )
),

vins as (
    select distinct vin
    from row_vins
),

late as (
    select
        d.vin,
        'repair_order' as document_kind,
        d.store_code || '|' || d.ro_no as document_key
    from vins
    inner join core.repair_order as d on vins.vin = d.vin
    where
        d.load_id in (select news.load_id from news)
        and not exists (
            select 1
            from staging.repair_order as earlier
            where
                earlier.store_code = d.store_code
                and earlier.ro_no = d.ro_no
                and earlier.load_id not in (select news.load_id from news)
        )
    union all
    select
        d.vin,
        'sales_order' as document_kind,
        d.store_code || '|' || d.order_no as document_key
    from vins
    inner join core.sales_order as d on vins.vin = d.vin
    where
        d.load_id in (select news.load_id from news)
        and not exists (
            select 1
            from staging.sales_order as earlier
            where
                earlier.store_code = d.store_code
                and earlier.order_no = d.order_no
                and earlier.load_id not in (select news.load_id from news)
        )
    union all
    select
        d.vin,
        'insurance_policy' as document_kind,
        d.store_code || '|' || d.policy_no as document_key
    from vins
    inner join core.insurance_policy as d on vins.vin = d.vin
    where
        d.load_id in (select news.load_id from news)
        and not exists (
            select 1
            from staging.insurance_policy as earlier
            where
                earlier.store_code = d.store_code
                and earlier.policy_no = d.policy_no
                and earlier.load_id not in (select news.load_id from news)
        )
)

select distinct
    r.scorecard_id,
    r.kpi_id,
    l.document_kind,
    l.document_key
from row_difference as r
inner join row_vins as v
    on r.row_kind = v.row_kind and r.row_key = v.row_key
inner join late as l on v.vin = l.vin
where
    not exists (
        select 1
        from row_difference as itself
        where
            itself.scorecard_id = r.scorecard_id
            and itself.kpi_id = r.kpi_id
            and itself.row_kind = l.document_kind
            and itself.row_key = l.document_key
    )
