-- What the rules need to know of each row of a load, beside its own columns.
-- grain: one row per staging row of the load
-- reads: staging.external_score, ops.load, quality.known_store
-- writes: quality.row_fact
with given as (
    select
        *,
        -- However it is written: one metric, whose newest version counts.
        upper(
            regexp_replace(btrim(normalize(metric, nfkc)), '\s+', ' ', 'g')
        ) as metric_key
    from staging.external_score
    where load_id = :load_id
),

loads as (
    select
        load_id,
        cast(business_day + 1 as timestamp)
        at time zone :time_zone as business_day_end
    from ops.load
    where load_id = :load_id
),

known_stores as (
    select store_code
    from quality.known_store
    where load_id = :load_id
)

insert into quality.row_fact (
    load_id,
    row_id,
    row_hash,
    version_at,
    business_day_end,
    business_key,
    is_key_complete,
    is_complete,
    is_store_known
)
select
    given.load_id,
    given.row_id,
    given.row_hash,
    given.version_at,
    loads.business_day_end,
    concat_ws(
        '|',
        coalesce(cast(given.store_code as text), ''),
        coalesce(cast(given.employee_no as text), ''),
        coalesce(cast(given.month as text), ''),
        coalesce(given.metric_key, '')
    ) as business_key,
    num_nulls(
        given.store_code,
        given.month,
        given.metric
    ) = 0 as is_key_complete,
    num_nulls(
        given.store_code,
        given.month,
        given.metric,
        given.scale,
        given.value
    ) = 0
    and known.store_code is not null as is_complete,
    known.store_code is not null as is_store_known
from given
inner join loads on given.load_id = loads.load_id
left join known_stores as known on given.store_code = known.store_code
