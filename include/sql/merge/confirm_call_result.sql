-- Good rows whose content core already holds: only their version moves on.
-- Counts those, and those that are older than what core holds.
-- grain: one row of counts
-- reads: ops.load, quality.good_row, staging.call_result, core.call_result
-- writes: core.call_result
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
        given.task_key,
        given.attempt_no,
        given.row_hash,
        given.version_at
    from loads
    inner join staging.call_result as given on loads.load_id = given.load_id
    inner join quality.good_row as good_rows
        on
            given.load_id = good_rows.load_id
            and given.row_id = good_rows.row_id
),

matched as (
    select
        known.task_key,
        known.attempt_no,
        good.version_at,
        good.business_day,
        known.row_hash = good.row_hash as is_same,
        (known.version_at, known.version_day)
        < (good.version_at, good.business_day) as is_newer,
        (known.version_at, known.version_day)
        > (good.version_at, good.business_day) as is_older
    from good
    inner join core.call_result as known
        on
            good.task_key = known.task_key
            and good.attempt_no = known.attempt_no
),

confirmed as (
    update core.call_result as known
    set
        version_at = matched.version_at,
        version_day = matched.business_day
    from matched
    where
        known.task_key = matched.task_key
        and known.attempt_no = matched.attempt_no
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
