-- Good rows whose content core already holds: only their version moves on.
-- Counts those, and those that are older than what core holds.
-- grain: one row of counts
-- reads: ops.load, quality.good_row, staging.external_score,
--     core.external_score
-- writes: core.external_score
with loads as (
    select
        load_id,
        business_day
    from ops.load
    where load_id = :load_id
),

good as (
    select
        loads.business_day,
        given.store_code,
        given.employee_no,
        given.month,
        given.metric,
        given.row_hash,
        given.version_at
    from loads
    inner join staging.external_score as given on loads.load_id = given.load_id
    inner join quality.good_row as good_rows
        on
            given.load_id = good_rows.load_id
            and given.row_id = good_rows.row_id
),

matched as (
    select
        known.store_code,
        known.employee_no,
        known.month,
        known.metric,
        good.version_at,
        good.business_day,
        known.row_hash = good.row_hash as is_same,
        (known.version_at, known.version_day)
        < (good.version_at, good.business_day) as is_newer,
        (known.version_at, known.version_day)
        > (good.version_at, good.business_day) as is_older
    from good
    inner join core.external_score as known
        on
            good.store_code = known.store_code
            and coalesce(good.employee_no, '') = known.employee_no
            and good.month = known.month
            and good.metric = known.metric
),

confirmed as (
    update core.external_score as known
    set
        version_at = matched.version_at,
        version_day = matched.business_day
    from matched
    where
        known.store_code = matched.store_code
        and known.employee_no = matched.employee_no
        and known.month = matched.month
        and known.metric = matched.metric
        and matched.is_same
        and matched.is_newer
)

select
    (select count(*) from good) as good,
    count(*) filter (where matched.is_same) as unchanged,
    count(*) filter (
        where matched.is_older and not matched.is_same
    ) as stale
from matched
