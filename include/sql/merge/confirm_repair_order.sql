-- Good rows whose content core already holds: only their version moves on.
-- Counts those, and those that are older than what core holds.
-- grain: one row of counts
-- reads: ops.load, quality.good_row, staging.repair_order, core.repair_order
-- writes: core.repair_order
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
        given.ro_no,
        given.row_hash,
        given.version_at
    from loads
    inner join staging.repair_order as given on loads.load_id = given.load_id
    inner join quality.good_row as good_rows
        on
            given.load_id = good_rows.load_id
            and given.row_id = good_rows.row_id
),

matched as (
    select
        known.store_code,
        known.ro_no,
        good.version_at,
        good.business_day,
        known.row_hash = good.row_hash as is_same,
        (known.version_at, known.version_day)
        < (good.version_at, good.business_day) as is_newer,
        (known.version_at, known.version_day)
        > (good.version_at, good.business_day) as is_older
    from good
    inner join core.repair_order as known
        on
            good.store_code = known.store_code
            and good.ro_no = known.ro_no
),

confirmed as (
    update core.repair_order as known
    set
        version_at = matched.version_at,
        version_day = matched.business_day
    from matched
    where
        known.store_code = matched.store_code
        and known.ro_no = matched.ro_no
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
